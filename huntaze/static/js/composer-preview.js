// On a narrow page the preview is a sheet: the card that stands beside the text elsewhere is shown in it.
const card = document.getElementById("previews");
const home = card.parentElement;
const sheet = document.getElementById("preview-sheet");
const inside = document.getElementById("preview-place");
const wide = matchMedia("(width > 60rem)");

const put = (place) => place.prepend(card);

export const start = () => {
  if (!wide.matches) put(inside);
  wide.addEventListener("change", () => {
    if (wide.matches) sheet.close();
    put(wide.matches ? home : inside);
  });
};
