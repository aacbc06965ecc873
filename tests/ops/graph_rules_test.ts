import { assert, assertEquals, assertThrows } from "../../lib/deps/assert.ts";
import { addCall, type Call, type Graph, newGraph } from "../../lib/ops/graph.ts";
import { keysOf, needsOf, orderCalls, savesOf, stepName, watchersOf } from "../../lib/ops/graph_rules.ts";

function add(graph: Graph, label: string, needs: string[] = [], more: Partial<Call> = {}): string {
  const args = needs.map((artifact) => ({ artifact }));
  return addCall(graph, {
    kind: "op",
    module: "file:///m.ts",
    export: label,
    label,
    args,
    settings: { workflow: "w" },
    ...more,
  })
    .call;
}

Deno.test("orderCalls() puts what is needed first, once, and leaves out what is not", () => {
  const graph = newGraph();
  const load = add(graph, "load");
  const [a, b] = ["a", "b"].map((label) => add(graph, label, [load]));
  const both = add(graph, "both", [b, a]);
  add(graph, "other");
  assertEquals(orderCalls(graph, [both]), [load, b, a, both]);
  assertEquals(orderCalls(graph, [a, both]), [load, a, b, both]);
});

Deno.test("orderCalls() takes a chain of ten thousand calls", () => {
  const graph = newGraph();
  let last = add(graph, "op");
  const ids = [last];
  for (let i = 1; i < 10_000; i++) ids.push(last = add(graph, "op", [last]));
  assertEquals(orderCalls(graph, [last]), ids);
  assertEquals(keysOf(graph, ids).get(last), "op-10000");
});

Deno.test("orderCalls() refuses a call that needs itself", () => {
  const graph = newGraph();
  const a = add(graph, "a");
  const b = add(graph, "b", [a]);
  graph.calls.get(a)!.args.push({ artifact: b });
  assertThrows(() => orderCalls(graph, [b]), Error, "needs its own result");
});

Deno.test("addCall() takes the same call twice for one", () => {
  const graph = newGraph();
  const load = add(graph, "load");
  assertEquals(add(graph, "a", [load]), add(graph, "a", [load]));
  assert(add(graph, "a", [load]) !== add(graph, "a"));
  assertEquals(graph.calls.size, 3);
});

Deno.test("needsOf() looks into lists and objects", () => {
  const graph = newGraph();
  const [a, b] = ["a", "b"].map((label) => add(graph, label));
  const call = graph.calls.get(add(graph, "c"))!;
  call.args = [{ list: [{ artifact: a }, { value: 1 }] }, { object: { x: { artifact: b } } }, { artifact: a }];
  assertEquals(needsOf(graph, call), [a, b]);
});

Deno.test("watchersOf() finds metrics and checks that look at nothing else, and those that look at these", () => {
  const graph = newGraph();
  const load = add(graph, "load");
  const other = add(graph, "other");
  const metric = add(graph, "rmse", [load], { kind: "metric" });
  const bound = add(graph, "bound", [metric], { kind: "check" });
  add(graph, "far", [load, other], { kind: "metric" });
  const save = add(graph, "save", [load], { kind: "save" });
  assertEquals(watchersOf(graph, [load]), [metric, bound]);
  assertEquals(savesOf(graph, [load]), [save]);
});

Deno.test("keysOf() numbers calls of one label, gives names the way, and refuses a name twice", () => {
  const graph = newGraph();
  const first = add(graph, "clean", [], { args: [{ value: 1 }] });
  const second = add(graph, "clean", [], { args: [{ value: 2 }] });
  const named = add(graph, "clean", [], { args: [{ value: 3 }], name: "clean-2" });
  assertEquals([...keysOf(graph, [first, second, named])], [[named, "clean-2"], [first, "clean"], [second, "clean-3"]]);
  graph.calls.get(first)!.name = "CLEAN-2";
  assertThrows(() => keysOf(graph, [first, named]), Error, `Two artifacts of one workflow are named "clean-2"`);
});

Deno.test("stepName() makes a name of what people write", () => {
  assertEquals(stepName("Wine Ratings", "rmse <= 1"), "Wine_Ratings.rmse_=_1");
});
