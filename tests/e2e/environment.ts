/** The environment that tests start `deno` with when it shall see little of their own. */

/**
 * Where Deno keeps and gets packages, so that a process finds those that the tests themselves run with, and what it needs
 * to fetch others from behind a proxy.
 */
const denoVariables = [
  "DENO_DIR",
  "DENO_CERT",
  "DENO_TLS_CA_STORE",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "NPM_CONFIG_REGISTRY",
  ...["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]),
];

/** `PATH`, `HOME`, no colours, and what leads Deno to its packages. */
export function leanEnvironment(): Record<string, string> {
  const kept = ["PATH", "HOME", ...denoVariables].map((name) => [name, Deno.env.get(name)]);
  return { ...Object.fromEntries(kept.filter(([, value]) => value !== undefined)), NO_COLOR: "1" };
}
