"""Pages that hold no article: consent walls, missing pages, lists of links."""

from __future__ import annotations

import re

from index.boilerplate import phrases
from index.boilerplate.rules import is_sentence, plain
from index.readers.markup import Node, word_count

MISSING = re.compile(
    r"\b(?:error )?404\b|page (?:was |is )?not found|(?:page|article"
    r"|story) (?:you .{0,40})?(?:does not|doesn't|no longer) exists?"
    r"|(?:seite|artikel) (?:wurde )?(?:leider )?nicht (?:gefunden|mehr)|page (?:introuvable"
    r"|non trouvée)"
    r"|página no (?:encontrada|existe)|no se ha encontrado la página|pagina non trovata"
    r"|página não encontrada|pagina niet gevonden|sidan (?:kunde inte hittas|hittades inte)"
    r"|siden blev ikke fundet|fant ikke siden|strona nie (?:została znaleziona|istnieje)"
    r"|nie znaleziono strony|stránka (?:nebyla nalezena|neexistuje)|sayfa bulunamadı"
    r"|страница не (?:найдена|существует)|сторінк[ау] не (?:знайдено|існує)|الصفحة غير موجودة"
    r"|صفحه.{0,12}یافت نشد|पेज नहीं मिला|页面不存在|找不到.{0,6}页面|ページが見つかりません"
    r"|페이지를 찾을 수 없"
)
SCRIPTS = re.compile(
    r"(?:enable|activate|turn on|requires?|without|needs?) javascript|javascript (?:is|must be"
    r"|has been)"
    r"|javascript (?:aktivieren|ist deaktiviert)|aktivieren sie (?:bitte )?javascript"
    r"|activ(?:er|ez|e|ar|ate|are) javascript|habilit[ae] javascript|schakel javascript"
    r"|włącz.{0,20}javascript|включите javascript|увімкніть javascript|启用 ?javascript"
    r"|javascript ?を有効"
)
ROBOTS = re.compile(
    r"(?:verify|confirm|prove) (?:that )?you(?:'re| are) (?:a |not a )?(?:human|robot)"
    r"|are you a robot|checking (?:if|your browser)|unusual (?:traffic|activity)|access denied"
    r"|attention required|ddos protection|complete the captcha|pardon our interruption"
    r"|you have been blocked|request blocked|just a moment"
)
PAID = re.compile(
    r"(?:subscribe|register|sign in|log in|create an account)(?: now)? to (?:continue|read|keep"
    r"|unlock)"
    r"|to (?:continue|keep) reading|already (?:a subscriber|have an account|subscribed)"
    r"|(?:this|the) (?:article|story|content) is (?:reserved |only )?(?:for|available to) (?:our )?"
    r"(?:subscribers|members|registered)|weiterlesen mit|nur für abonnenten|jetzt weiterlesen"
    r"|(?:cet )?article (?:est )?réservé aux abonnés|il vous reste .{0,12}% de cet article"
    r"|contenido exclusivo para suscriptores|contenuto riservato agli abbonati"
    r"|exclusivo para assinantes|artikel is alleen voor abonnees|för prenumeranter"
    r"|tylko dla prenumeratorów|только для подписчиков|仅限订阅|会員限定|この記事は有料"
)
WITHDRAW = re.compile(
    r"withdraw.{0,20}consent|your (?:privacy )?choices|process.{0,30}data|personenbezogene"
    r"|widerrufen|données personnelles|datos personales|dati personali|dados pessoais"
)
KINDS = (
    (SCRIPTS, "the page only asks for JavaScript; save it from a browser, when its text is shown"),
    (ROBOTS, "the page only asks whether a person reads it; save it from a browser"),
    (MISSING, "the page only says that there is no such page; look for its article elsewhere"),
)
CONSENT = "the page only asks for consent to cookies; agree or refuse in a browser and save it then"
PAYWALL = "the page shows none of its article without a subscription; save it when signed in"
LISTING = "the page only lists articles; save the page of each one"
MAX_WORDS = 120  # of what is no article; a missing page with suggestions has 80
MIN_WORDS = 15  # of a text beside which the rest of the page does not count
MAX_PROSE = 25  # words of prose beside the notice
MIN_LINKED = 5  # headlines that are links, of a page that lists articles
MAX_RUN = 2  # paragraphs between two of them


def wall(text: str, title: str, tree: Node) -> str | None:
    """Why a page holds no article though it holds text; None if it may hold one.

    Args:
        text: What seems to be its article.
        title: Its title.
        tree: The page.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    own = [line for line in lines if not _notice(plain(line))]
    prose = sum(word_count(line) for line in own if is_sentence(line))
    if prose <= MAX_PROSE:
        shown = plain(f"{title} {text}" if word_count(text) <= MAX_WORDS else "")
        if word_count(text) < MIN_WORDS:
            shown += plain(_shown(tree))
        for pattern, reason in KINDS:
            if pattern.search(shown):
                return reason
        notices = [plain(line) for line in lines if _notice(plain(line))]
        if any(map(_asks_consent, notices)):
            return CONSENT
        if any(map(PAID.search, notices)):
            return PAYWALL
    return LISTING if _lists(tree, lines) else None


def _notice(line: str) -> bool:
    return bool(
        _asks_consent(line) or any(p.search(line) for p in (MISSING, SCRIPTS, ROBOTS, PAID))
    )


def _asks_consent(line: str) -> bool:
    things = set(phrases.CONSENT.findall(line))
    return len(things) > 1 and bool(phrases.COOKIES.search(line) or WITHDRAW.search(line))


def _shown(tree: Node) -> str:
    """The words of a page's body, what it says to browsers without scripts among them; not all."""
    parts: list[str] = []
    for node in tree.iter():
        if isinstance(node.tag, str) and node.tag not in ("script", "style", "head", "title"):
            parts.append(node.text or "")
        parts.append(node.tail or "")
        if len(parts) > 400:
            break
    return " ".join(" ".join(parts).split())[:3_000]


def _lists(tree: Node, lines: list[str]) -> bool:
    """Whether a page tells of many articles, a paragraph or two of each, and the text is these."""
    linked = 0
    run: list[str] = []
    told: set[str] = set()
    for node in tree.iter("h2", "h3", "h4", "p"):
        text = plain(node.text_content())
        if node.tag == "p":
            run.append(text)
            if len(run) > MAX_RUN and all(map(is_sentence, run[-MAX_RUN - 1 :])):
                return False
        elif (next(node.iter("a"), None) is not None or _in_link(node)) and len(text) > 12:
            told.update(run if linked else ())
            linked += 1
            run = []
    told.update(run)
    prose = [line for line in lines if is_sentence(line)]
    return linked >= MIN_LINKED and bool(prose) and all(plain(line) in told for line in prose)


def _in_link(node: Node) -> bool:
    return next(node.iterancestors("a"), None) is not None
