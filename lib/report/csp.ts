/**
 * The content security policy of a report: nothing is loaded from anywhere, and no script runs but the two that are named
 * here by their hashes. Frames with a flow's HTML inherit it.
 * @module
 */

/** The policy of the page and of the frames in it, as the content of a `<meta>`. */
export async function makePolicy(scripts: string[]): Promise<string> {
  const hashes = await Promise.all(scripts.map(hashSource));
  return [
    "default-src 'none'",
    "img-src data:",
    "font-src data:",
    "style-src 'unsafe-inline'",
    `script-src ${hashes.join(" ")}`,
    // A srcdoc frame is not fetched, so this stops only frames that go elsewhere, by a link or a refresh.
    "frame-src 'none'",
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

async function hashSource(script: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(script)));
  return `'sha256-${btoa(String.fromCharCode(...digest))}'`;
}
