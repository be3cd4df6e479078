// What messages are drawn with. Everything that arrives is set as text, never as markup.
"use strict";

const words = JSON.parse(document.getElementById("words").textContent);

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// *bold*, _italic_, ~struck~, ```code``` and web addresses, as WhatsApp shows them.
const MARKS = /(https?:\/\/[^\s<>"]+)|\*(\S(?:[^*\n]*\S)?)\*|(?<![\p{L}\p{N}])_(\S(?:[^_\n]*\S)?)_(?![\p{L}\p{N}])|~(\S(?:[^~\n]*\S)?)~|```([^`]+)```/gu;
const MARK_TAGS = [null, null, "strong", "em", "s", "code"];

function paragraph(text, className) {
  const made = element("p", className);
  let done = 0;
  for (const found of String(text).matchAll(MARKS)) {
    made.append(text.slice(done, found.index));
    done = found.index + found[0].length;
    if (found[1]) {
      made.append(link(found[1], found[1]));
    } else {
      const which = MARK_TAGS.findIndex((tag, place) => tag && found[place] !== undefined);
      made.append(element(MARK_TAGS[which], "", found[which]));
    }
  }
  made.append(String(text).slice(done));
  return made;
}

function link(address, text) {
  const made = element("a", "", text);
  if (/^https?:\/\//i.test(address)) {
    made.href = address;
    made.target = "_blank";
    made.rel = "noopener noreferrer";
  }
  return made;
}

// Drawn, not emoji: not every machine has a font for those.
const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  image: "M4 5h16v14H4zM6 17h12l-4-6-3 4-2-2z",
  audio: "M9 3h6v10H9zM6 10v3c0 3 3 5 6 5s6-2 6-5v-3h-2v3c0 2-2 3-4 3s-4-1-4-3v-3zM11 18h2v3h-2z",
  video: "M3 6h12v12H3zM16 10l5-3v10l-5-3z",
  document: "M6 2h8l4 4v16H6zM13 3v4h4z",
  sticker: "M12 2l3 6 7 1-5 5 1 7-6-3-6 3 1-7-5-5 7-1z",
  location: "M12 2c4 0 7 3 7 7 0 5-7 13-7 13S5 14 5 9c0-4 3-7 7-7zm0 4a3 3 0 100 6 3 3 0 000-6z",
  person: "M12 3a4 4 0 110 8 4 4 0 010-8zM4 21c0-5 3-8 8-8s8 3 8 8z",
  letter: "M3 5h18v14H3zM5 7l7 6 7-6z",
  more: "M12 4a2 2 0 110 4 2 2 0 010-4zm0 6a2 2 0 110 4 2 2 0 010-4zm0 6a2 2 0 110 4 2 2 0 010-4z",
};

function icon(name) {
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  path.setAttribute("fill-rule", "evenodd");
  drawn.append(path);
  return drawn;
}

function card(name, text, address) {
  const made = address ? link(address, "") : element("div");
  made.className = "card";
  made.append(icon(name), element("span", "", text));
  return made;
}

// Where a file can be seen: at its sender's address, or here when only its id is known.
function addressOf(held) {
  if (held.link) return held.link;
  return held.id ? `${location.origin}/phone/media/${encodeURIComponent(held.id)}` : "";
}

function player(kind, address) {
  const made = element(kind);
  made.controls = true;
  made.preload = "metadata";
  made.src = address;
  return made;
}

function media(kind, held) {
  const names = { image: words.photo, audio: words.audio, video: words.video, document: words.document, sticker: words.sticker };
  const address = addressOf(held);
  const parts = [];
  if ((kind === "image" || kind === "sticker") && address) {
    const picture = element("img", kind === "sticker" ? "sticker" : "");
    picture.src = address;
    picture.alt = held.caption || names[kind];
    // What is no picture, whatever it says, is a file like any other.
    picture.addEventListener("error", () => picture.replaceWith(card(kind, held.filename || names[kind], address)));
    parts.push(picture);
  } else if ((kind === "audio" || kind === "video") && address) {
    const made = player(kind, address);
    made.setAttribute("aria-label", held.caption || names[kind]);
    parts.push(made);
  } else {
    parts.push(card(kind, held.filename || names[kind], address));
  }
  if (held.caption) parts.push(paragraph(held.caption));
  return parts;
}
