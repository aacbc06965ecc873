/**
 * How numbers of databases and files are read.
 * @module
 */

/** How numbers of a database or file are read. The type of a column decides, never the values of one run. */
export interface NumberSettings {
  /**
   * What integers are. As `"number"` (default) one beyond 2^53 is refused, never rounded; as `"bigint"` all of 64 bits and
   * more are BigInts, small ones too.
   */
  integers?: "number" | "bigint";
  /** What decimals with places after the point are: `"text"` (default) with all digits, or the nearest `"number"`. */
  decimals?: "text" | "number";
}

/** As most programs want it: nothing is lost without an error, and counts can be calculated with. */
export const numberDefaults = { integers: "number", decimals: "text" } satisfies NumberSettings;

const accepted = { integers: ["number", "bigint"], decimals: ["text", "number"] };

/** The settings as they came, complete. Throws a `TypeError` for words that do not exist. */
export function parseNumberSettings(given: unknown): Required<NumberSettings> {
  const { integers, decimals } = (given ?? {}) as NumberSettings;
  const settings = { integers: integers ?? numberDefaults.integers, decimals: decimals ?? numberDefaults.decimals };
  for (const key of ["integers", "decimals"] as const) {
    if (accepted[key].includes(settings[key])) continue;
    const words = accepted[key].map((word) => `"${word}"`).join(" and ");
    throw new TypeError(`The option ${key} is ${Deno.inspect(settings[key])}, accepted are ${words}`);
  }
  return settings;
}
