// How one message looks. Everything that arrives is set as text, never as markup.
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
};

function card(icon, text) {
  const made = element("div", "card");
  const drawn = document.createElementNS(SVG, "svg");
  drawn.setAttribute("viewBox", "0 0 24 24");
  drawn.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[icon]);
  path.setAttribute("fill-rule", "evenodd");
  drawn.append(path);
  made.append(drawn, element("span", "", text));
  return made;
}

function media(kind, held) {
  const parts = [];
  if (kind === "image" && held.link) {
    const picture = element("img");
    picture.src = held.link;
    picture.alt = held.caption || words.photo;
    parts.push(picture);
  } else {
    const names = { image: words.photo, audio: words.audio, video: words.video, document: words.document, sticker: words.sticker };
    parts.push(card(kind, held.filename || names[kind]));
    if (held.link) parts.push(link(held.link, held.link));
  }
  if (held.caption) parts.push(paragraph(held.caption));
  return parts;
}

function header(held) {
  if (!held) return [];
  if (held.type === "text") return [paragraph(held.text, "head")];
  return media(held.type, held[held.type] || {});
}

function choices(buttons) {
  const made = element("div", "choices");
  made.append(...buttons);
  return made;
}

function button(text, onTap) {
  const made = element("button", "", text);
  made.type = "button";
  made.addEventListener("click", onTap);
  return made;
}

// `phone.reply(fields, wamid)` sends an answer to a message; `phone.open(title, sections, choose)` shows a list.
function interactive(content, wamid, phone) {
  const held = content.interactive || {};
  const parts = header(held.header);
  if (held.body) parts.push(paragraph(held.body.text));
  if (held.footer) parts.push(paragraph(held.footer.text, "foot"));
  const action = held.action || {};
  if (held.type === "button") {
    parts.push(choices(action.buttons.map(({ reply }) => button(reply.title, () => phone.reply({ button_reply: reply }, wamid)))));
  } else if (held.type === "list") {
    const choose = (row) => phone.reply({ list_reply: row }, wamid);
    parts.push(choices([button(action.button, () => phone.open(action.button, action.sections, choose))]));
  } else if (held.type === "cta_url") {
    parts.push(choices([link(action.parameters.url, action.parameters.display_text)]));
  } else if (held.type === "location_request_message") {
    parts.push(choices([button(words.attach_location, () => phone.reply({ type: "location" }, wamid))]));
  }
  return parts;
}

function template(content, wamid, phone) {
  const held = content.template || {};
  const parts = [card("document", `${words.template}: ${held.name}`)];
  const buttons = [];
  for (const part of held.components || []) {
    const values = (part.parameters || []).map((value) => value.text || value.payload || "").filter(Boolean);
    if (String(part.type).toLowerCase() === "button") {
      const payload = values[0] || String(part.index);
      buttons.push(button(payload, () => phone.reply({ type: "button", text: payload, payload }, wamid)));
    } else if (values.length) {
      parts.push(paragraph(values.join(" · ")));
    }
  }
  if (buttons.length) parts.push(choices(buttons));
  return parts;
}

function parts(message, phone) {
  const content = message.content;
  const kind = content.type || "text";
  const held = content[kind] || {};
  if (kind === "text") return [paragraph(held.body ?? "")];
  if (kind === "interactive" && message.by === "guest") return [paragraph((held.button_reply || held.list_reply || {}).title ?? "")];
  if (kind === "interactive") return interactive(content, message.wamid, phone);
  if (kind === "template") return template(content, message.wamid, phone);
  if (kind === "button") return [paragraph(held.text ?? "")];
  if (["image", "audio", "video", "document", "sticker"].includes(kind)) return media(kind, held);
  if (kind === "location") return [card("location", held.name || held.address || `${held.latitude}, ${held.longitude}`)];
  if (kind === "contacts") return content.contacts.map((entry) => card("person", (entry.name || {}).formatted_name || words.contact));
  return [card("letter", `${words.other} “${kind}”`)];
}

function timeOf(at) {
  return new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
}

function ticks(state) {
  const made = element("span", "ticks");
  setTicks(made, state);
  return made;
}

function setTicks(shown, state) {
  shown.dataset.state = state;
  shown.textContent = state === "sent" ? "✓" : "✓✓";
  shown.setAttribute("role", "img");
  shown.setAttribute("aria-label", words[state]);
}

function bubble(message, phone, quoted) {
  const made = element("article", `bubble bubble--${message.by}`);
  made.dataset.wamid = message.wamid;
  made.setAttribute("aria-label", message.by === "guest" ? words.you : phone.salonName());
  if (quoted) made.append(element("p", "quote", quoted));
  made.append(...parts(message, phone));
  const meta = element("div", "meta");
  const when = element("time", "", timeOf(message.at));
  when.dateTime = message.at;
  meta.append(when);
  if (message.by === "guest") meta.append(ticks(message.state));
  // Choices stay last, as on a phone; the time stands above them.
  const last = made.querySelector(":scope > .choices");
  if (last) last.before(meta);
  else made.append(meta);
  return made;
}
