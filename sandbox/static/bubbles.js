// How one message looks.
"use strict";

function header(held) {
  if (!held) return [];
  if (held.type === "text") return [paragraph(held.text, "head")];
  if (held.type === "location") return [place(held.location)];
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
    parts.push(choices([button(words.send_location, () => phone.reply({ type: "location" }, wamid))]));
  } else if (held.type === "flow") {
    const { flow_cta: title } = action.parameters;
    parts.push(choices([button(title, () => phone.fillForm(title, wamid, action.parameters.flow_token))]));
  }
  return parts;
}

function templateButton(held, wamid, phone) {
  if (held.type === "URL") return link(held.url, held.text);
  if (held.type === "PHONE_NUMBER") {
    const made = element("a", "", held.text);
    made.href = `tel:${held.phone_number}`;
    return made;
  }
  if (held.type === "COPY_CODE" || held.type === "OTP") return button(`${words.copy} ${held.code}`, () => navigator.clipboard.writeText(held.code));
  if (held.type === "FLOW") return button(held.text, () => phone.fillForm(held.text, wamid));
  return button(held.text, () => phone.reply({ type: "button", text: held.text, payload: held.payload || held.text }, wamid));
}

// With its words when the sandbox knows the template, otherwise what the request says of it.
function template(content, wamid, phone) {
  const held = content.template || {};
  const shown = content.shown;
  if (shown) {
    const parts = [...header(shown.header?.type ? shown.header : null), paragraph(shown.body)];
    if (shown.footer) parts.push(paragraph(shown.footer, "foot"));
    if (shown.buttons.length) parts.push(choices(shown.buttons.map((one) => templateButton(one, wamid, phone))));
    return parts;
  }
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

function contact(entry) {
  const phones = (entry.phones || []).map((held) => held.phone || held.wa_id).filter(Boolean);
  return card("person", [(entry.name || {}).formatted_name || words.contact, ...phones].join(" · "));
}

function place(held) {
  const address = `https://www.openstreetmap.org/?mlat=${Number(held.latitude)}&mlon=${Number(held.longitude)}`;
  return card("location", held.name || held.address || `${held.latitude}, ${held.longitude}`, address);
}

function parts(message, phone) {
  const content = message.content;
  const kind = content.type || "text";
  const held = content[kind] || {};
  if (kind === "text") return [paragraph(held.body ?? "")];
  if (kind === "interactive" && message.by === "guest") {
    return [paragraph((held.button_reply || held.list_reply || {}).title ?? held.nfm_reply?.body ?? "")];
  }
  if (kind === "interactive") return interactive(content, message.wamid, phone);
  if (kind === "template") return template(content, message.wamid, phone);
  if (kind === "button") return [paragraph(held.text ?? "")];
  if (["image", "audio", "video", "document", "sticker"].includes(kind)) return media(kind, held);
  if (kind === "location") return [place(held)];
  if (kind === "contacts") return (content.contacts || []).map(contact);
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
  const tools = element("button", "tools");
  tools.type = "button";
  tools.setAttribute("aria-label", words.actions);
  tools.title = words.actions;
  tools.append(icon("more"));
  tools.addEventListener("click", () => phone.openTools(message));
  made.append(tools);
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
