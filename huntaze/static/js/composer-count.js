// Counts a text as a platform does. `content/channels/counting.py` has the last word, and the same rules.
const picture = "(?![\\u00a9\\u00ae\\u2122])\\p{Extended_Pictographic}(?:\\ufe0f|\\p{Emoji_Modifier})?";
const emoji = new RegExp(
  `\\p{Regional_Indicator}{2}|[0-9#*]\\ufe0f?\\u20e3|[\\u00a9\\u00ae\\u2122]\\ufe0f|${picture}(?:\\u200d${picture})*`,
  "gu",
);
const address =
  /(?<![\p{L}\p{N}_@.#$/-])(?:https?:\/\/)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?![\p{L}\p{N}_@-])(?::\d{1,5})?(?:[/?#](?:[^\s<>"]*[^\s<>".,;:!?)\]}'’»…])?)?/giu;
const endings = new Set(
  "com net org io co app dev fr de es it pt uk eu me tv be ch ca us info link bio page shop store xyz gg ly to".split(" "),
);
const light = (point) =>
  point <= 4351 || (point >= 8192 && point <= 8205) || (point >= 8208 && point <= 8223) || (point >= 8242 && point <= 8247);
const isAddress = (text) =>
  /^https?:\/\//i.test(text) || endings.has(text.split(/[:/?#]/, 1)[0].split(".").pop().toLowerCase());
const bytes = new TextEncoder();
const points = (text) => [...text].length;

const weighted = (text) => {
  let total = 0;
  const rest = text.normalize("NFC").replace(address, (found) => {
    if (!isAddress(found)) return found;
    total += 23;
    return "";
  });
  const plain = rest.replace(emoji, () => {
    total += 2;
    return "";
  });
  for (const letter of plain) total += light(letter.codePointAt(0)) ? 1 : 2;
  return total;
};

export const count = (text, how) => {
  if (how === "weighted") return weighted(text);
  if (how === "utf16") return text.length;
  if (how === "emoji_bytes") {
    return (text.match(emoji) ?? []).reduce((sum, found) => sum + bytes.encode(found).length - points(found), points(text));
  }
  return points(text);
};
