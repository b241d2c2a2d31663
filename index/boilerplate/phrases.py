"""What news pages say around an article, in the languages of the world's larger newspapers.

The patterns are for ``rules.plain`` lines: small letters, single spaces, straight apostrophes.
A sentence is recognised by two things that the page alone says together, such as a call to sign up
and a newsletter; never by its first word.
"""

from __future__ import annotations

import re

# A label before a name: "By Jane Doe", "Von Jörg Hasenbein", "作者：林若溪".
BY = (
    r"by|written by|words by|reported by|story by|text by|from|author|authors|reporter|von|autor"
    r"|autorin|autoren|text|par|auteur|texte|por|autora|texto|redacción|di|da|a cura di|autore"
    r"|testo|door|tekst|av|af|skriven av|przez|oprac\.?|opracowanie|napisał|napisała|yazan|yazar"
    r"|haber|автор|авторы|текст|автори|بقلم|كتب|كتبت|الكاتب|نویسنده|نوشته|लेखक|द्वारा|作者|撰文"
    r"|文|記者|记者|本报记者|取材・文|γράφει|του|szerző|írta|scris de|de|podle|kirjoittaja"
)
PUBLISHED = (
    r"(?:first )?(?:published|posted|created)(?: on| at)?|publication date|pub date|date"
    r"|veröffentlicht(?: am)?|erschienen(?: am)?|datum|publié(?: le)?|paru le|mis en ligne le"
    r"|publicado(?: el| em| a)?|fecha|data|pubblicato(?: il)?|data pubblicazione"
    r"|gepubliceerd(?: op)?|geplaatst op|publicerad(?:es)?|publisert|publiceret|udgivet|julkaistu"
    r"|opublikowano|dodano|data publikacji|publikováno|vydáno|yayınlanma(?: tarihi)?|yayınlandı"
    r"|опубликовано|дата публикации|опубліковано|дата публікації|تاريخ النشر|نشر في|نُشر في"
    r"|تاریخ انتشار|प्रकाशित|发布时间|发布于|发表于|發布時間|日期|公開日時?|掲載日|投稿日|입력|등록"
    r"|ngày đăng|δημοσίευση|publicat|objavljeno|megjelent"
)
UPDATED = (
    r"(?:last )?(?:updated|modified)(?: on| at)?|(?:zuletzt )?aktualisiert(?: am)?|stand"
    r"|geändert(?: am)?|mis à jour(?: le)?|modifié le|actualizado(?: el)?|aggiornato(?: il)?"
    r"|ultimo aggiornamento|atualizado(?: em| a)?|bijgewerkt(?: op)?|laatst gewijzigd|uppdaterad"
    r"|oppdatert|opdateret|päivitetty|aktualizacja|zaktualizowano|aktualizováno"
    r"|(?:son )?güncelle(?:me|nme)(?: tarihi)?|обновлено|изменено|оновлено|آخر تحديث|تم التحديث"
    r"|به‌روزرسانی|بهروزرسانی|अपडेट(?:ेड)?|更新时间|更新于|更新日時?|最終更新|수정|cập nhật"
    r"|ενημέρωση"
    r"|frissítve|actualizat|ažurirano"
)
# A label before a link to another article.
ALSO = (
    r"read (?:more|also|next|on)|also read|see also|more on this|must read|don't miss"
    r"|related(?: article| story| news)?s?|recommended|you may also like|watch|watch also"
    r"|lesen sie (?:auch|mehr|dazu|hier)|lies (?:auch|mehr)|mehr (?:zum thema|dazu)"
    r"|auch interessant|zum thema|passend dazu|(?:à )?lire (?:aussi|également|la suite)|à lire"
    r"|voir aussi|sur le même sujet|le[ae] también|te puede interesar|le puede interesar"
    r"|más información|leggi (?:anche|pure)|guarda anche|potrebbe interessarti|leia (?:também|mais)"
    r"|veja também|saiba mais|lees (?:ook|meer|verder)|läs (?:också|även|mer)|les (?:også|mer)"
    r"|læs (?:også|mere)|lue (?:myös|lisää)|czytaj (?:także|też|również|więcej)"
    r"|(?:zobacz|przeczytaj) (?:także|też|również)|čt[eě]te (?:také|více|též)|čítajte (?:aj|viac)"
    r"|ayrıca oku(?:yun)?|ilginizi çekebilir|ilgili haber(?:ler)?"
    r"|читайте (?:также|ещё|еще|далее|також|ще)|смотрите также|дивіться також|по теме"
    r"|материалы по теме|اقرأ (?:أيضا|أيضًا|أيضاً|ايضا|المزيد)|إقرأ أيضا|شاهد أيضا"
    r"|بیشتر بخوانید|همچنین بخوانید|(?:यह|ये) भी पढ़ें|और पढ़ें|延伸阅读|相关阅读|相关新闻|相關新聞"
    r"|あわせて読みたい|関連記事|続きを読む|관련기사|함께 보기|διαβάστε (?:επίσης|ακόμη)"
    r"|citește (?:și|mai mult)|pročitajte|xem thêm|baca juga|olvassa el"
)
# A heading of such links.
RELATED = (
    r"mehr zum thema|weitere artikel|das könnte (?:sie|dich) auch interessieren|sur le même sujet"
    r"|(?:nos )?articles? (?:liés|associés)|à lire aussi|(?:noticias|artículos) relacionad[ao]s"
    r"|te puede interesar|más noticias|articoli correlati|ti potrebbe interessare"
    r"|(?:notícias|artigos) relacionad[ao]s|meer over dit onderwerp|gerelateerd(?:e artikelen)?"
    r"|lees ook|läs mer om ämnet|relaterade artiklar|powiązane(?: artykuły)?|zobacz (?:także|też)"
    r"|související(?: články)?|ilgili haberler|материалы по теме|матеріали за темою|по теме"
    r"|читайте (?:также|також)|похожие (?:новости|статьи)|أخبار ذات صلة|مواضيع ذات صلة|اقرأ أيضا"
    r"|اخبار مرتبط|مطالب مرتبط|بیشتر بخوانید|संबंधित (?:ख़बरें|खबरें|समाचार)|相关(?:新闻|阅读|报道)"
    r"|延伸阅读|関連(?:記事|ニュース)|あわせて読みたい|관련기사"
)
MOST_READ = (
    r"meistgelesen(?:e artikel)?|les plus lus?|lo más (?:leído|visto)|i più letti"
    r"|(?:as )?mais lidas|meest gelezen|mest läst|mest lest|najczęściej czytane|nejčtenější"
    r"|en çok okunan(?:lar)?|самое (?:читаемое|популярное)|популярное|найпопулярніше"
    r"|الأكثر (?:قراءة|مشاهدة)|پربازدیدترین[\u200c ]?ها|सबसे (?:ज़्यादा|ज्यादा) पढ़ी गईं"
    r"|热门新闻|热点"
    r"|アクセスランキング|人気記事|最新ニュース"
)
# What calls upon a reader: in most languages a sentence begins with it.
SIGN_UP = re.compile(
    r"(?:sign up|subscribe|register|get|join|receive|sign me up|melden sie sich|melde dich"
    r"|abonnier(?:en sie|e|t)|bestellen sie|erhalten sie|inscrivez[- ]vous|abonnez[- ]vous|recevez"
    r"|suscríb(?:e|ase|anse)(?:te)?|suscribirse|regístr(?:ate|ese)|recib[ae]|apúntate"
    r"|iscriviti|iscrivetevi|ricevi|subscreva|assine|inscreva-se|receba|cadastre-se"
    r"|meld (?:je|u)|schrijf (?:je|u)|ontvang|abonneer|anmäl dig|prenumerera|tilmeld|meld deg|tilaa"
    r"|zapisz się|subskrybuj|otrzymuj|přihlaste se|odebírejte|prihláste sa|abone ol"
    r"|подпи(?:шитесь|сывайтесь)|получайте|підпи(?:шіться|суйтесь|суйтеся)|отримуйте"
    r"|feliratkoz|iratkozzon fel|abonați-vă|εγγραφείτε|اشترك|سجل|订阅|訂閱)"
)
SIGN_UP_LATE = re.compile(r"عضو شوید|साइन अप|सब्सक्राइब|登録|abone ol")
READERS = re.compile(  # whose newsletter it is, and who gets it
    r"\b(?:our|your|us|you|free|unser\w*|ihre?[mn]?|ihnen|dir|deine?n?|kostenlos\w*|notre|nos|votre"
    r"|vos|gratuite?|nuestr[ao]s?|tus?|sus?|nostr[aeio]|tu[ao]|vostr[ao]|noss[ao]s?|seu|sua|onze"
    r"|uw|je|gratis|vårt?|vår[ae]?|din|ditt?|vores|naszego|nasz\w*|swoją|bültenimiz\w*|ücretsiz"
    r"|наш\w*|вам|ваш\w*|почту)\b|نشرتنا|بريدك|خود|ما در|हमारे|हमारी|अपने|我们|我們|您|無料|お届け"
)
NEWSLETTER = re.compile(
    r"newsletter|news letter|briefings?\b|\binbox|nieuwsbrief|nyhetsbrev|nyhedsbrev|uutiskirje"
    r"|biuletyn|zpravodaj|bülten|рассылк|розсилк|نشرت|النشرة|خبرنامه|न्यूज़लेटर|न्यूजलेटर|早报|简报"
    r"|快讯|电子报|ニュースレター|メルマガ|boletín|boletim|bollettino|hírlevél|뉴스레터"
    r"|boîte mail|infolettre|e-mail alerts|email alerts|breaking news alerts"
)
FOLLOW = re.compile(
    r"(?:follow|like us|find us|folgen sie|folg[et]|suivez|retrouvez|siga|sigue|síguenos|síganos"
    r"|segui|seguici|acompanhe|volg|följ|følg|seuraa|obserwuj|polub|śledź|sledujte|takip ed"
    r"|подпи(?:шитесь|сывайтесь)|следите|присоединяйтесь|підпи(?:шіться|суйтесь|суйтеся)|стежте"
    r"|join|читайте нас|تابع)"
)
FOLLOW_LATE = re.compile(r"دنبال کنید|फ़ॉलो|फॉलो|关注|關注|フォロー|구독|takip ed")
NETWORK = re.compile(
    r"facebook|twitter|instagram|telegram|whatsapp|youtube|tiktok|linkedin|threads|bluesky"
    r"|google news|\bx\b(?! \w)|\bvk\b|вконтакте|телеграм|فيسبوك|تويتر|تلغرام|واتساب|تلگرام"
    r"|اینستاگرام|फ़ेसबुक|फेसबुक|व्हाट्सऐप|इंस्टाग्राम|ट्विटर|微信|微博|公众号|公式アカウント"
    r"|\bline\b"
)
SUPPORT = re.compile(
    r"support (?:us|our)|unterstützen sie uns"
    r"|soutenez[- ]nous|apóy[ae]nos|sostienici|apoie-nos|steun ons|stöd oss|wesprzyj nas"
    r"|bize destek|поддержите нас|підтримайте нас|ادعمنا|حمایت کنید|साथ दें|支持我们|応援"
)
CAUSE = re.compile(
    r"journalis|advertising|\bads\b|a month|membership|contribution|werbung|euro|publicité|par mois"
    r"|publicidad|periodis|pubblicità|giornalis|publicidade|jornalis|advertenties|reklam"
    r"|dziennikarst|gazeteci|журналист|реклам|журналіст|صحافة|إعلان|روزنامه‌نگار|تبلیغات|पत्रकारिता"
    r"|विज्ञापन|新闻|广告|広告|報道"
)
COOKIES = re.compile(r"cookies?\b|куки|cookie|ملفات تعريف الارتباط|کوکی|कुकी|クッキー|çerez|kakor")
OURS = re.compile(  # a page speaks of itself and to its reader
    r"\b(?:we|our|us|your|this (?:web ?)?site|wir|unser\w*|ihr\w*|nous|nos|votre|nosotros|nuestr\w+"
    r"|su dispositivo|noi|nostr\w|nós|noss\w+|wij|onze|uw|vi|våra|din|my i|nasi|twoim|biz|мы|наш\w*"
    r"|ми|вашем|вашому|cihazınızda)\b|نستخدم|شركاؤنا|ما و|हम |我们|我們|您|当社|お客様"
)
CONSENT = re.compile(
    r"\bpartners?\b|partner|\bdevices?\b|gerät|appareil|dispositiv|apparaat|enhet|urządzeni|cihaz"
    r"|устройств|пристро|جهازك|دستگاه|डिवाइस|设备|端末|advertis|werbung|publicit|publicidad"
    r"|pubblicità|publicidade|advertent|annons|reklam|реклам|consent|accept|agree|privacy"
    r"|preferences|experience|einwillig|zustimm|datenschutz|consentement|confidentialité"
)
RIGHTS = re.compile(
    r"all rights reserved|alle rechte vorbehalten|tous droits réservés|reservados todos los"
    r"|todos los derechos reservados|tutti i diritti (?:sono )?riservati|riproduzione riservata"
    r"|todos os direitos reservados|alle rechten voorbehouden|alla? rättigheter"
    r"|wszelkie prawa zastrzeżone|všechna práva vyhrazena|(?:her|tüm) hakkı? ?(?:ları)? saklıdır"
    r"|tüm hakları saklıdır|все права защищены|(?:усі|всі) права захищен|جميع الحقوق محفوظة"
    r"|تمامی حقوق|सर्वाधिकार सुरक्षित|版权所有|版權所有|未经授权|無断転載|무단전재"
)
APP = re.compile(
    r"(?:get|download|install) (?:the|our)\b.{0,30}\bapp\b|laden sie (?:unsere|die).{0,20} app"
    r"|téléchargez (?:notre|l'app)|descarg(?:a|ue) nuestra app?|descarga nuestra aplicación"
    r"|scarica (?:la nostra|l'app)|descarregue a nossa|baixe (?:o|nosso) app|download (?:onze"
    r"|de) app"
    r"|ladda ner vår app|pobierz (?:naszą )?aplikację|uygulamamızı indir"
    r"|скачайте (?:наше |мобильное )?приложение|завантажте (?:наш )?застосунок|حمل تطبيق"
    r"|برنامه ما را دریافت|ऐप डाउनलोड|下载客户端|下载.{0,8}app|アプリをダウンロード"
)
JOB = re.compile(
    r"\b(?:reporter|correspondent|editor|journalist|writer|columnist|redakteur|redakteurin"
    r"|korrespondent|korrespondentin|autorin|journaliste|correspondant|redactora?|periodista"
    r"|corresponsal|giornalista|corrispondente|jornalista|repórter|verslaggever|redacteur"
    r"|journalistin|redaktör|dziennikark|dziennikarz|novinář|redaktor|muhabir)"
    r"|корреспондент|журналист|кореспондент|журналіст|صحفي|مراسل|خبرنگار|روزنامه‌نگار|संवाददाता"
    r"|पत्रकार|记者|編集|記者"
)
ADVERTISEMENT = (
    r"anzeige|werbung|publicité|publicidad|pubblicità|publicidade|advertentie|annons|annonse"
    r"|reklame|mainos|reklama|reklam|реклама|إعلان|اعلان|تبلیغات|विज्ञापन|广告|廣告|広告"
    r"|(?:- )?advertisement(?: -)?|skip advertisement|continue reading the main story"
    r"|weiter nach der (?:werbung|anzeige)|la suite après cette publicité|publicidad ·.{0,20}"
    r"|reklamı geç|artikeln fortsätter (?:under|efter) annonsen|(?:der )?artikel geht .{0,12}weiter"
)
BUTTONS = (
    r"subscribe(?: now| today)?|jetzt (?:anmelden|abonnieren)|newsletter abonnieren|s'abonner"
    r"|je m'inscris|je m'abonne|suscribirse|suscríbete|iscriviti|abbonati|subscrever|assine já"
    r"|aanmelden|abonneren|prenumerera|zapisz się|abone ol|подписаться|підписатися|اشترك الآن"
    r"|عضویت|सब्सक्राइब करें|立即订阅|登録する"
)
READING_TIME = (
    r".{0,24}\b(?:min(?:ute|uten|utes|uti|utos|utter|ut|\.)? ?(?:read|lesezeit|de lecture"
    r"|de lectura|di lettura|de leitura|czytania|lästid)|okuma süresi.{0,10}|lesezeit:? .{0,12}"
    r"|temps de lecture.{0,14}|tempo di lettura.{0,14}|leestijd.{0,10}|lästid.{0,10}"
    r"|lesedauer.{0,12})|.{0,20}\d+ ?(?:мин(?:ут[аы]?)?|хв)\.? (?:на )?(?:чтени[ея]|читання)"
    r"|مدة القراءة.{0,14}|زمان مطالعه.{0,14}|.{0,4}\d+ मिनट में पढ़ें|阅读约?\d+分钟"
    r"|この記事は\d+分で読めます"
)
LISTEN = (
    r"(?:listen to|hear) (?:this|the) (?:article|story|podcast)\b.{0,30}"
    r"|(?:diesen )?artikel anhören"
    r"|écouter (?:l'article|cet article)|escuchar (?:el artículo|esta noticia)|ascolta l'articolo"
    r"|ouvir (?:o artigo|a notícia)|luister naar dit artikel|lyssna på artikeln|posłuchaj artykułu"
    r"|haberi dinle|слушать статью|слухати статтю|استمع إلى (?:المقال|الخبر)|شنیدن خبر|ख़बर सुनें"
    r"|收听本文|記事を聴く"
)
SHARE = set(
    "teilen merken drucken kopieren link e-mail mail partager copier le lien imprimer compartir"
    " copiar enlace correo imprimir condividi copia stampa partilhar compartilhar ligação delen"
    " kopieer dela kopiera länk del kopier udostępnij kopiuj sdílet paylaş bağlantıyı kopyala"
    " e-posta поделиться скопировать ссылку вконтакте telegram почта одноклассники поділитися"
    " скопіювати посилання пошта شارك نسخ الرابط فيسبوك واتساب البريد اشتراک‌گذاری"
    " اشتراکگذاری کپی پیوند تلگرام واتساپ ایمیل शेयर करें लिंक कॉपी फ़ेसबुक व्हाट्सऐप ईमेल"
    " 分享 复制链接 微博 微信"
    " 邮件 シェア リンクをコピー フェイスブック メール sharecopy".split()
)
TAGS = (
    r"tags?|topics?|themen|schlagwörter|mots[- ]clés|thèmes|sujets|etiquetas|temas|argomenti|temi"
    r"|onderwerpen|ämnen|emner|tematy|tagi|témata|štítky|konular|etiketler|темы|теги|метки|теми"
    r"|المواضيع|الوسوم|كلمات مفتاحية|برچسب[\u200c ]?ها|विषय|टैग|标签|关键词|關鍵字|タグ|キーワード"
)
COMMENTS = (
    r"\d+ (?:kommentare?|commentaires?|comentarios?|commenti|comentários?|reacties|kommentarer"
    r"|komentarz(?:e|y)?|yorum|комментари[йяев]+|коментар[іяів]+|تعليقات?|نظر|टिप्पणियाँ)"
    r"|\d+条评论|コメント\d+件"
)
# Who edited an article or wrote the copy that it is made of; the line says nothing else.
CREDIT = (
    r"(?:the )?[\w.' -]{2,60} contributed to this (?:report|story|article)\.?|"
    r"(?:additional |with )?(?:reporting|writing|editing|compiled|edited) by [^.]{3,150}"
    r"|(?:mit (?:material|informationen|agenturmaterial) (?:der nachrichtenagentur |von |der )?"
    r"|avec|con información de|con informaciones de|com|met medewerking van(?: het)?)"
    r" ?(?:the )?(?:dpa|afp|ap|reuters|efe|lusa|anp|tt|ansa|pap|sid|kna|epd|agences|agencias)"
    r"(?:(?:,| et| und| y| e|/) ?(?:dpa|afp|ap|reuters|efe|lusa|anp|tt|ansa|pap|agences))*\.?"
    r"|[（(](?:dpa|afp|ap|reuters|efe|lusa|anp|tt|ansa|pap|sid|共同|新华社|時事|完|了|ends)[)）]"
    r"|(?:责任编辑|责编|编辑|責任編輯|来源|來源|出典|校对)[:：].{1,40}"
    r"|(?:quelle|źródło|источник|джерело|kaynak|المصدر|منبع|स्रोत|fuente|fonte|bron|källa|kilde)"
    r" ?[:：] ?[^.]{1,40}|riproduzione riservata|\(?riproduzione riservata\)?|tt|©.{0,40}"
)
