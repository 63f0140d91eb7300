// Run in a drawn page; returns what its reader would complain about, a sentence each.
// What needs a browser is asked here: widths, letters as large as they are drawn, what lies on
// what, colours as they come out.
const LEAST_LETTER_PX = 9;
const SPARE_PX = 1.5; // the box of a letter is higher than its ink
const LEAST_CONTRAST = 4.5; // WCAG 2.2, 1.4.3
const faults = [];

for (const details of document.querySelectorAll("details")) details.open = true;

const said = (node) => JSON.stringify(node.textContent.trim().slice(0, 40));
const shown = (node) => node.checkVisibility() && node.getBoundingClientRect().width > 0;

const page = document.documentElement;
if (page.scrollWidth > page.clientWidth) faults.push(`the page is ${page.scrollWidth} px wide`);

const channel = (value) =>
  value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
const luminance = ([red, green, blue]) =>
  0.2126 * channel(red / 255) + 0.7152 * channel(green / 255) + 0.0722 * channel(blue / 255);
const parts = (colour) => colour.match(/[\d.]+/g).map(Number);
const paper = luminance(parts(getComputedStyle(document.body).backgroundColor));
const contrast = (colour) => {
  const [low, high] = [luminance(parts(colour)), paper].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};

const writes = (node) =>
  [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
for (const node of document.querySelectorAll("body *")) {
  if (!writes(node) || !shown(node)) continue;
  const style = getComputedStyle(node);
  const drawing = node instanceof SVGElement;
  const matrix = drawing ? node.getScreenCTM() : { a: 1, b: 0 };
  const letter_px = parseFloat(style.fontSize) * Math.hypot(matrix.a, matrix.b);
  if (letter_px < LEAST_LETTER_PX)
    faults.push(`the letters of ${said(node)} are ${letter_px.toFixed(1)} px`);
  const seen = contrast(drawing ? style.fill : style.color);
  if (seen < LEAST_CONTRAST) faults.push(`${said(node)} has a contrast of ${seen.toFixed(1)}`);
}

for (const picture of document.querySelectorAll("svg")) {
  const frame = picture.getBoundingClientRect();
  const words = [...picture.querySelectorAll("text")].filter(shown);
  const boxes = words.map((word) => word.getBoundingClientRect());
  boxes.forEach((box, row) => {
    const out = Math.max(frame.left - box.left, box.right - frame.right, box.bottom - frame.bottom);
    if (out > SPARE_PX) faults.push(`${said(words[row])} stands ${out.toFixed(0)} px out of its picture`);
    for (let other = 0; other < row; other++) {
      const wide = Math.min(box.right, boxes[other].right) - Math.max(box.left, boxes[other].left);
      const high = Math.min(box.bottom, boxes[other].bottom) - Math.max(box.top, boxes[other].top);
      if (wide > 1 && high > 2 * SPARE_PX)
        faults.push(`${said(words[other])} and ${said(words[row])} lie on each other`);
    }
  });
}
return faults;
