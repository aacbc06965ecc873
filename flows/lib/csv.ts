/** Rows as CSV with a header line: fractions with four digits, text quoted where it must be. */
export function toCsv(rows: object[]): string {
  const field = (value: unknown) => {
    const text = typeof value === "number" ? String(Number(value.toFixed(4))) : String(value ?? "");
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const line = (values: unknown[]) => values.map(field).join(",") + "\n";
  return line(Object.keys(rows[0] ?? {})) + rows.map((row) => line(Object.values(row))).join("");
}
