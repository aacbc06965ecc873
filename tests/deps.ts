/** Packages that only tests use. Import it lazily: it is loaded only where a browser is found. */
export { chromium } from "npm:playwright-core@1.65.0";

export type { Browser, BrowserContext, BrowserContextOptions, Page } from "npm:playwright-core@1.65.0";
