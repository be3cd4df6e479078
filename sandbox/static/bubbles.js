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

function card(icon, text) {
  const made = element("div", "card");
  const drawn = element("span", "", icon);
  drawn.setAttribute("aria-hidden", "true");
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
    const icons = { image: "🖼️", audio: "🎤", video: "🎬", document: "📄", sticker: "🌟" };
    const names = { image: words.photo, audio: words.audio, video: words.video, document: words.document, sticker: words.sticker };
    parts.push(card(icons[kind], held.filename || names[kind]));
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
  const parts = [card("🧾", `${words.template}: ${held.name}`)];
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
  if (kind === "location") return [card("📍", held.name || held.address || `${held.latitude}, ${held.longitude}`)];
  if (kind === "contacts") return content.contacts.map((entry) => card("👤", (entry.name || {}).formatted_name || words.contact));
  return [card("✉️", `${words.other} “${kind}”`)];
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
