// %% tags=["parameters"]
let n = 1;
// %% Count
let sum = 0;
for (let i = 0; i < 100_000; i++) sum += i % (n + 7);
// %% Say
console.log(`The sum for ${n} is ${sum}`);
// %% Write
Deno.writeTextFileSync("out.json", JSON.stringify({ n, sum }));
