import { assert, assertEquals, assertStringIncludes } from "../../lib/deps/assert.ts";
import { bitmapImage, imageData, svgImage } from "../../lib/report/images.ts";

Deno.test("imageData() takes base64 of known picture types only", () => {
  assertEquals(imageData("image/png", "AA\nAA"), "data:image/png;base64,AAAA");
  assertEquals(imageData("image/png", 'x" onerror="y'), undefined);
  assertEquals(imageData("image/svg+xml", "AAAA"), undefined);
  assertEquals(imageData("text/html", "AAAA"), undefined);
  assertEquals(imageData("image/png", { length: 4 }), undefined);
  assertEquals(imageData("image/png", "A".repeat(20_000_000))?.length, 20_000_022);
  assertEquals(bitmapImage("image/png", "?"), undefined);
});

Deno.test("svgImage() completes what a file of its own needs", () => {
  const svg = decode(svgImage('<svg width="1"><use xlink:href="#a"/>&nbsp;é</svg>'));
  assertStringIncludes(svg, 'xmlns="http://www.w3.org/2000/svg"');
  assertStringIncludes(svg, 'xmlns:xlink="http://www.w3.org/1999/xlink"');
  assertStringIncludes(svg, "&#160;é</svg>");
  assertEquals(svgImage("<p>no svg</p>"), undefined);
});

Deno.test("svgImage() follows the page's colours only where the picture does, and is on paper otherwise", () => {
  const kind = (svg: string) => /class="(\w+)"/.exec(svgImage(svg)!.html)![1];
  assertEquals(kind('<svg fill="currentColor"><rect fill="#4e79a7"/></svg>'), "plot");
  assertEquals(kind("<svg><text>black text by default</text></svg>"), "paper");
  assertEquals(kind('<svg fill="currentColor"><rect fill="rgb(247, 251, 255)"/></svg>'), "paper");
  assertEquals(kind('<svg fill="currentColor"><rect style="fill: #000"/></svg>'), "paper");
  assertEquals(kind('<svg fill="currentColor"><rect stroke="white"/></svg>'), "paper");
  assert(decode(svgImage('<svg fill="currentColor"></svg>')).includes("light-dark("));
});

function decode(image: ReturnType<typeof svgImage>): string {
  const base64 = /base64,([^"]*)"/.exec(image!.html)![1];
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
}
