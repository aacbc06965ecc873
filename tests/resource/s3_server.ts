/**
 * A small S3 for tests: it keeps objects in memory, verifies each signature, and fails on request.
 */
const encoder = new TextEncoder();

/** What goes wrong with the next requests. */
export type Fault = "503" | "drop" | "truncate" | "slow" | "expired";

/** A running server. */
export class S3Server implements AsyncDisposable {
  readonly objects = new Map<string, { bytes: Uint8Array; meta: Record<string, string> }>();
  /** Faults of the next requests whose method and query fit, in order. */
  readonly faults: { fault: Fault; method?: string; query?: string }[] = [];
  /** What was asked, as `PUT /bucket/key`. */
  readonly asked: string[] = [];
  readonly uploads = new Map<string, Map<number, Uint8Array>>();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  #region: string;

  constructor(region = "us-east-1") {
    this.#region = region;
    this.#server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => this.#answer(request));
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const body = new Uint8Array(await request.arrayBuffer());
    this.asked.push(`${request.method} ${url.pathname}${url.search}`);
    const at = this.faults.findIndex(({ method, query }) =>
      (method === undefined || method === request.method) && (query === undefined || url.search.includes(query))
    );
    const fault = at < 0 ? undefined : this.faults.splice(at, 1)[0].fault;
    if (fault === "503") return failure(503, "SlowDown", "Reduce your request rate");
    if (fault === "expired") return failure(400, "ExpiredToken", "The provided token has expired");
    if (fault === "drop") return new Response(new ReadableStream({ start: (c) => c.error(new Error("dropped")) }));
    if (fault === "slow") await new Promise((done) => setTimeout(done, 400));
    const refused = await this.#refusal(request, url, body);
    if (refused) return refused;
    const response = this.#store(request, url, body);
    return fault === "truncate" ? await truncated(response) : response;
  }

  /** Signature version 4, worked out anew from the request. */
  async #refusal(request: Request, url: URL, body: Uint8Array): Promise<Response | undefined> {
    const said = request.headers.get("authorization") ?? "";
    const [, key, date, region, signed, signature] =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d+)\/([^/]+)\/s3\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/
        .exec(said) ?? [];
    if (key !== "test-key-id") return failure(403, "InvalidAccessKeyId", "The key does not exist");
    if (region !== this.#region) {
      return failure(400, "AuthorizationHeaderMalformed", "wrong region", `<Region>${this.#region}</Region>`);
    }
    const hash = await hex(await crypto.subtle.digest("SHA-256", body as BufferSource));
    if (request.headers.get("x-amz-content-sha256") !== hash) return failure(400, "XAmzContentSHA256Mismatch", "body");
    const query = [...url.searchParams].map(([k, v]) => `${rfc3986(k)}=${rfc3986(v)}`).sort().join("&");
    const headers = signed.split(";").map((name) => `${name}:${request.headers.get(name)?.trim()}\n`).join("");
    const canonical = [request.method, url.pathname, query, headers, signed, hash].join("\n");
    const time = request.headers.get("x-amz-date");
    const scope = `${date}/${region}/s3/aws4_request`;
    const text = [
      "AWS4-HMAC-SHA256",
      time,
      scope,
      await hex(await crypto.subtle.digest("SHA-256", encoder.encode(canonical))),
    ];
    let secret: BufferSource = encoder.encode("AWS4test-secret");
    for (const part of [date, region, "s3", "aws4_request"]) secret = await hmac(secret, part);
    if (await hex(await hmac(secret, text.join("\n"))) === signature) return undefined;
    return failure(403, "SignatureDoesNotMatch", "The signature does not match");
  }

  #store(request: Request, url: URL, body: Uint8Array): Response {
    const key = decodeURIComponent(url.pathname.split("/").slice(2).join("/"));
    if (url.pathname.split("/")[1] !== "bucket") return failure(404, "NoSuchBucket", "no such bucket");
    const { searchParams: query } = url;
    const upload = query.get("uploadId");
    if (request.method === "GET" && key === "") return this.#list(query);
    if (request.method === "POST" && query.has("uploads")) {
      const id = `u${this.uploads.size + 1}`;
      this.uploads.set(id, new Map());
      return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    if (request.method === "DELETE" && upload) return this.uploads.delete(upload), new Response(null, { status: 204 });
    if (request.method === "POST" && upload) {
      const parts = [...this.uploads.get(upload)!].sort(([a], [b]) => a - b).map(([, part]) => part);
      this.uploads.delete(upload);
      const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
      let at = 0;
      for (const part of parts) bytes.set(part, (at += part.length) - part.length);
      this.objects.set(key, { bytes, meta: {} });
      return xml("<CompleteMultipartUploadResult></CompleteMultipartUploadResult>");
    }
    if (request.method === "PUT" && upload) {
      this.uploads.get(upload)!.set(Number(query.get("partNumber")), body);
      return new Response(null, { headers: { etag: `"p${query.get("partNumber")}"` } });
    }
    if (request.method === "PUT") {
      if (request.headers.get("if-none-match") === "*" && this.objects.has(key)) {
        return failure(412, "PreconditionFailed", "");
      }
      const run = request.headers.get("x-amz-meta-ductaflow-run");
      this.objects.set(key, { bytes: body, meta: run ? { "x-amz-meta-ductaflow-run": run } : {} });
      return new Response(null, { headers: { etag: '"e"' } });
    }
    if (request.method === "DELETE") return this.objects.delete(key), new Response(null, { status: 204 });
    const object = this.objects.get(key);
    if (!object) return failure(404, "NoSuchKey", "The key does not exist");
    const headers = { ...object.meta, "content-length": String(object.bytes.length) };
    return new Response(request.method === "HEAD" ? null : object.bytes as BodyInit, { headers });
  }

  /** Two keys a page. */
  #list(query: URLSearchParams): Response {
    const keys = [...this.objects.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "")).sort();
    const from = Number(query.get("continuation-token") ?? 0);
    const items = keys.slice(from, from + 2).map((key) =>
      `<Contents><Key>${key.replaceAll("&", "&amp;")}</Key><Size>${
        this.objects.get(key)!.bytes.length
      }</Size></Contents>`
    );
    const more = from + 2 < keys.length;
    const next = more ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : "";
    return xml(`<ListBucketResult><IsTruncated>${more}</IsTruncated>${items.join("")}${next}</ListBucketResult>`);
  }
}

function xml(text: string, status = 200): Response {
  return new Response(text, { status, headers: { "content-type": "application/xml" } });
}

function failure(status: number, code: string, message: string, more = ""): Response {
  return xml(`<Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`, status);
}

/** An answer that says it is longer than it is. */
async function truncated(response: Response): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const half = new ReadableStream({
    start(controller) {
      controller.enqueue(bytes.subarray(0, Math.floor(bytes.length / 2)));
      controller.error(new Error("cut"));
    },
  });
  return new Response(half, { headers: { "content-length": String(bytes.length) } });
}

function rfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

async function hmac(secret: BufferSource, text: string): Promise<ArrayBuffer> {
  const key = await crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return await crypto.subtle.sign("HMAC", key, encoder.encode(text));
}

function hex(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
