/**
 * The files of a new project that are the same for everybody, but for the project's name.
 * @module
 */
import conductor from "./template/conductor.ts.txt" with { type: "text" };
import flow from "./template/flow.ts.txt" with { type: "text" };
import gitignore from "./template/gitignore.txt" with { type: "text" };
import lineChart from "./template/line_chart.ts.txt" with { type: "text" };
import periods from "./template/periods.csv.txt" with { type: "text" };
import readme from "./template/readme.md.txt" with { type: "text" };
import straightLine from "./template/straight_line.ts.txt" with { type: "text" };
import straightLineTest from "./template/straight_line_test.ts.txt" with { type: "text" };
import temperature from "./template/global_temperature.csv.txt" with { type: "text" };

/** What is filled in. */
export interface TemplateValues {
  /** The name of the project. */
  name: string;
  /** What the README says of where the toolkit is. */
  toolkit: string;
}

/** The texts by their paths in the project. */
export function templateFiles({ name, toolkit }: TemplateValues): Record<string, string> {
  // The name is safe in Markdown code, in comments and in file names: `checkName` takes no other.
  const fill = (text: string) => text.replaceAll("__name__", name).replaceAll("__toolkit__", toolkit);
  return {
    [conductorName(name)]: fill(conductor),
    "README.md": fill(readme),
    ".gitignore": gitignore,
    "periods.csv": periods,
    "data/global_temperature.csv": temperature,
    "flows/warming.ts": flow,
    "lib/line_chart.ts": lineChart,
    "lib/straight_line.ts": straightLine,
    "lib/straight_line_test.ts": straightLineTest,
  };
}

/** The file name of a project's conductor. */
export function conductorName(project: string): string {
  return `cnd_${project}.ts`;
}
