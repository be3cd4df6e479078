"""The phone page's words: Brazilian Portuguese, and English for browsers that ask for it first."""

_PT = {
    "title": "Telefone do cliente",
    "intro": "Escreva como um cliente do salão e veja a resposta chegar.",
    "salon": "Salão",
    "no_salon": "Nenhum número cadastrado",
    "salon_by_id": "Número",
    "guest_name": "Seu nome",
    "guest_phone": "Seu telefone",
    "guests": "Clientes neste aparelho",
    "new_guest": "Novo cliente",
    "chat": "Conversa",
    "message": "Mensagem",
    "placeholder": "Escreva uma mensagem",
    "send": "Enviar",
    "attach": "Anexar",
    "attach_photo": "Foto",
    "attach_audio": "Áudio",
    "attach_location": "Localização",
    "attach_document": "Documento",
    "typing": "digitando…",
    "online": "conectado",
    "offline": "reconectando…",
    "empty": "Diga “oi” para começar.",
    "you": "Você",
    "sent": "enviada",
    "delivered": "entregue",
    "read": "lida",
    "close": "Fechar",
    "choose": "Escolher",
    "template": "Modelo",
    "photo": "Foto",
    "audio": "Áudio",
    "video": "Vídeo",
    "document": "Documento",
    "sticker": "Figurinha",
    "location": "Localização",
    "contact": "Contato",
    "other": "Mensagem do tipo",
    "reacted": "reagiu",
    "not_sent": "Não foi possível enviar. Tente de novo.",
    "bad_phone": "Use só números, com o código do país: 5511987654321.",
    "today": "Hoje",
    "yesterday": "Ontem",
}
_EN = {
    "title": "Guest's phone",
    "intro": "Write as a guest of the salon and see the answer arrive.",
    "salon": "Salon",
    "no_salon": "No number registered",
    "salon_by_id": "Number",
    "guest_name": "Your name",
    "guest_phone": "Your phone",
    "guests": "Guests on this device",
    "new_guest": "New guest",
    "chat": "Chat",
    "message": "Message",
    "placeholder": "Write a message",
    "send": "Send",
    "attach": "Attach",
    "attach_photo": "Photo",
    "attach_audio": "Audio",
    "attach_location": "Location",
    "attach_document": "Document",
    "typing": "typing…",
    "online": "connected",
    "offline": "reconnecting…",
    "empty": "Say “hi” to begin.",
    "you": "You",
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "close": "Close",
    "choose": "Choose",
    "template": "Template",
    "photo": "Photo",
    "audio": "Audio",
    "video": "Video",
    "document": "Document",
    "sticker": "Sticker",
    "location": "Location",
    "contact": "Contact",
    "other": "Message of type",
    "reacted": "reacted",
    "not_sent": "Could not send. Try again.",
    "bad_phone": "Digits only, with the country code: 5511987654321.",
    "today": "Today",
    "yesterday": "Yesterday",
}


def words(language: str) -> dict[str, str]:
    """All words of one language."""
    return _EN if language == "en" else _PT


def language_of(accept_language: str) -> str:
    """The first of the browser's languages that is known; the salon's guests speak Portuguese."""
    for part in accept_language.split(","):
        tag = part.split(";")[0].strip().lower()
        if tag.startswith("pt"):
            return "pt-BR"
        if tag.startswith("en"):
            return "en"
    return "pt-BR"
