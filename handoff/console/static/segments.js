// What a text costs as SMS. The same rules as locales.Segments in the program; a test holds the two together.

const DEFAULT = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
  "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "\f^{}\\[~]|€";

const widths = new Map([...[...DEFAULT].map((c) => [c, 1]), ...[...EXTENSION].map((c) => [c, 2])]);

function pack(encoding, units, alone, joined) {
  const total = units.reduce((sum, w) => sum + w, 0);
  if (total <= alone) return { encoding, segments: Math.min(total, 1), units: total, left: alone - total };
  let segments = 1;
  let left = joined;
  for (const w of units) {
    if (w > left) {
      segments++;
      left = joined;
    }
    left -= w;
  }
  return { encoding, segments, units: total, left };
}

// segments: a character of two units never straddles two segments; one character outside GSM-7 makes all of it UCS-2.
export function segments(text) {
  const letters = [...text];
  const units = letters.map((c) => widths.get(c));
  if (units.every((w) => w !== undefined)) return pack("GSM-7", units, 160, 153);
  return pack("UCS-2", letters.map((c) => c.length), 70, 67);
}
