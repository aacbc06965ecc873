/** The places in a source map, decoded by other means than the toolkit's. */

/** A place in the generated text with its original; all counted from 0. */
export interface MappedPlace {
  generatedLine: number;
  generatedColumn: number;
  line: number;
  column: number;
}

const alphabet = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"];

export function decodeSegments(mappings: string): MappedPlace[] {
  const places: MappedPlace[] = [];
  const at = { line: 0, column: 0 };
  mappings.split(";").forEach((text, generatedLine) => {
    let generatedColumn = 0;
    for (const segment of text.split(",").filter((segment) => segment !== "")) {
      const bits = [...segment].map((digit) => alphabet.indexOf(digit).toString(2).padStart(6, "0"));
      const numbers: number[] = [];
      let open = "";
      for (const bit of bits) {
        open = bit.slice(1) + open;
        if (bit[0] === "1") continue;
        numbers.push((open.endsWith("1") ? -1 : 1) * parseInt(open.slice(0, -1), 2));
        open = "";
      }
      generatedColumn += numbers[0];
      if (numbers.length < 4) continue;
      at.line += numbers[2];
      at.column += numbers[3];
      places.push({ generatedLine, generatedColumn, ...at });
    }
  });
  return places;
}
