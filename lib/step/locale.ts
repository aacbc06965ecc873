/**
 * The time zone and the language that a flow's process has: those of the conductor, whatever of the environment that may
 * read. Dates and numbers come out by them, so they decide about freshness.
 * @module
 */

/** Where the conductor is, as far as dates and numbers show it. */
export interface Locale {
  /** As in the time zone database, `Europe/Berlin`. */
  timeZone: string;
  /** As in BCP 47, `de-DE`. */
  language: string;
}

let known: Locale | undefined;

/** The conductor's own locale. Needs no permission. (`Intl.DateTimeFormat` would cost 10 ms, for the tables it loads.) */
export function conductorLocale(): Locale {
  return known ??= {
    timeZone: Temporal.Now.timeZoneId(),
    language: navigator.language,
  };
}

/** The variables by which another process gets the same locale. */
export function localeVariables({ timeZone, language }: Locale = conductorLocale()): Record<string, string> {
  // Deno names the language of `LANG=C` so, and that is also what it takes without the variable.
  return { TZ: timeZone, ...(language.endsWith("-posix") ? {} : { LANG: `${language.replaceAll("-", "_")}.UTF-8` }) };
}
