"""The sign-up dialog's words: Brazilian Portuguese, and English for browsers that ask for it first."""

_PT = {
    "title": "Conectar o WhatsApp",
    "intro": "Esta página faz o papel da Meta no ambiente de demonstração. Escolha o número que o salão vai usar.",
    "new_number": "Criar um número novo",
    "new_legend": "Número novo",
    "existing": "Conta que já existe",
    "name": "Nome do negócio",
    "default_name": "Meu salão",
    "phone_label": "Telefone",
    "on_app": "Continuar usando o número também no aplicativo WhatsApp Business",
    "go_on": "Continuar",
    "cancel": "Cancelar",
    "error_title": "Não foi possível continuar",
    "error_help": "Volte à página de onde você veio e confira o endereço de retorno configurado.",
}
_EN = {
    "title": "Connect WhatsApp",
    "intro": "This page plays Meta's part in the demonstration. Choose the number that the salon will use.",
    "new_number": "Make a new number",
    "new_legend": "New number",
    "existing": "Account that exists",
    "name": "Business name",
    "default_name": "My salon",
    "phone_label": "Phone",
    "on_app": "Keep using the number in the WhatsApp Business app too",
    "go_on": "Continue",
    "cancel": "Cancel",
    "error_title": "This cannot go on",
    "error_help": "Go back to the page you came from and check the return address that is configured.",
}


def words(language: str) -> dict[str, str]:
    """All words of one language."""
    return _EN if language == "en" else _PT
