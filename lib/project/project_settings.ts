/**
 * The settings of a new project: `deno.json`, and `.vscode/` for VS Code.
 * @module
 */

import { toolkitModules } from "../base/toolkit.ts";
import { inspectorPort } from "../step/inspecting_executor.ts";

/** What the settings depend on. */
export interface SettingsOptions {
  /** The file name of the conductor. */
  conductor: string;
  /** The URL of the toolkit's folder as the project writes it, relative or of the web, with a slash at the end. */
  toolkit: string;
  /** The same as a command line names it: a path or a URL of the web. */
  toolkitPath: string;
  /** The flags without which Deno loads no module from the toolkit's host. */
  importFlags: string[];
}

/** The folder that a copied toolkit lies in. */
export const copyFolder = "ductaflow";

/** The files of settings by their paths in the project. */
export function settingsFiles(options: SettingsOptions): Record<string, string> {
  return {
    "deno.json": json(denoSettings(options)),
    ".vscode/settings.json": json(editorSettings),
    ".vscode/extensions.json": json({ recommendations: ["denoland.vscode-deno", "ms-toolsai.jupyter"] }),
    ".vscode/tasks.json": json({ version: "2.0.0", tasks: editorTasks }),
    ".vscode/launch.json": json(launchSettings(options)),
  };
}

function denoSettings({ conductor, toolkit, toolkitPath, importFlags }: SettingsOptions): object {
  const imports = importFlags.map((flag) => ` ${flag}`).join("");
  const least = `--no-prompt --allow-read --allow-write=runs --allow-run=deno${imports}`;
  return {
    imports: { "ductaflow": toolkit + toolkitModules.main, "ductaflow/flow": toolkit + toolkitModules.flow },
    tasks: {
      start: {
        description: "Run the conductor, with no more permissions than it needs",
        command: `deno run ${least} ${quoted(conductor)}`,
      },
      ductaflow: {
        description: "Any command of ductaflow: deno task ductaflow --help",
        command: `deno run --allow-all ${quoted(toolkitPath + toolkitModules.main)}`,
      },
      test: { description: "Run the tests in lib/", command: `deno test --no-prompt --allow-read${imports}` },
      check: {
        description: "Formatting, lint, types",
        command: `deno fmt --check && deno lint && deno check${imports}`,
      },
    },
    fmt: { lineWidth: 120, proseWrap: "preserve" },
    exclude: ["runs", "delivery", copyFolder],
    // With a package.json in a folder above, Deno would look for packages in a node_modules beside it.
    nodeModulesDir: "none",
  };
}

const editorSettings = {
  "deno.enable": true,
  "[typescript]": { "editor.defaultFormatter": "denoland.vscode-deno" },
  "files.watcherExclude": { "**/runs/.ductaflow/**": true },
  "search.exclude": { "runs": true },
};

const editorTasks = [
  denoTask("Run the conductor", ["start"], { kind: "build", isDefault: true }),
  denoTask("Run this flow", ["ductaflow", "run", "${relativeFile}"]),
  denoTask("Run this flow on every save", ["ductaflow", "run", "--watch", "${relativeFile}"]),
  denoTask("Check formatting, lint and types", ["check"]),
  denoTask("Run the tests", ["test"], { kind: "test", isDefault: true }),
];

function denoTask(label: string, args: string[], group?: object): object {
  const options = { cwd: "${workspaceFolder}" };
  return { label, type: "process", command: "deno", args: ["task", ...args], options, problemMatcher: [], group };
}

function launchSettings({ conductor, toolkitPath }: SettingsOptions): object {
  const launch = (name: string, args: string[]) => ({
    name,
    type: "node",
    request: "launch",
    cwd: "${workspaceFolder}",
    runtimeExecutable: "deno",
    runtimeArgs: ["run", "--allow-all", ...args],
    attachSimplePort: inspectorPort,
  });
  const flow = [toolkitPath + toolkitModules.main, "run", "--inspect-brk", "${file}"];
  const config = "runs/${fileBasenameNoExtension}/${input:instance}/config.json";
  return {
    version: "0.2.0",
    configurations: [
      launch("Debug this flow with its defaults", flow),
      launch("Debug an instance of this flow again", [...flow, "${input:instance}", "--config", config]),
      // Stopping at its first line is left to a breakpoint: with --inspect-brk, Deno 2.9.6 may never come to that line.
      launch("Debug the conductor", [`--inspect-wait=127.0.0.1:${inspectorPort}`, conductor]),
    ],
    inputs: [{ id: "instance", type: "promptString", description: "Name of the instance, a folder in runs/{flow}/" }],
  };
}

/** As Deno's own shell for tasks reads it. */
function quoted(text: string): string {
  return /^[\w./:+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'"'"'`)}'`;
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
