"""Reports of every shape, for what is asked of each PDF: invented, as everything here."""

from dataclasses import replace
from datetime import date, timedelta

from postmortems.pdf_text import LONGEST_WORD
from postmortems.report import ActionLine, FactLine, Look, MeasureLine, MitigationLine, Report, UpdateLine
from statuspage.publishing.markdown import DEEPEST, LONGEST, MOST_COLUMNS
from tests.postmortems.samples import START, a_report, after

SENTENCE = "A configuration change gave the session service half of the connections that it needs. "
LETTER = Look("en", "letter", "#8a1c4a")


def short() -> Report:
    return Report(
        code="sh0rtsh0rtsh",
        title="Slow answers",
        organisation="Fernway",
        url="https://status.fernway.example/incidents/sh0rtsh0rtsh/postmortem",
        time_zone="UTC",
        impact="minor",
        posted_at=START,
        facts=[],
        measures=[],
        description="Answers were slow for a while.",
        root_cause="",
        contributing_factors="",
        actions=[],
        mitigations=[],
        lessons="",
        further="",
        updates=[],
        affected="",
    )


def long() -> Report:
    """Sixty updates and forty actions, on US Letter."""
    statuses = ["investigating", *["identified"] * 29, *["monitoring"] * 29, "resolved"]
    return a_report(
        root_cause=f"{SENTENCE * 6}\n\n" * 6,
        contributing_factors="\n".join(f"- {SENTENCE}" for _ in range(8)),
        actions=[ActionLine(f"Step {number}: {SENTENCE}", after(minutes=number)) for number in range(1, 41)],
        mitigations=[
            MitigationLine(SENTENCE, "prevent", "Platform", date(2026, 12, 1 + number), "open", "")
            for number in range(20)
        ],
        updates=[
            UpdateLine(status, f"{SENTENCE * 2}\n\nWe write again within the hour.", after(minutes=7 + 9 * number))
            for number, status in enumerate(statuses)
        ][::-1],
        look=LETTER,
    )


def japanese() -> Report:
    return a_report(
        title="一部のお客様がログインできない障害",
        organisation="みなと運輸",
        time_zone="Asia/Tokyo",
        facts=[
            FactLine("date", "Date of incident", "Nov 21, 2026", "", "computed", day=date(2026, 11, 21)),
            FactLine("started", "Incident started", "", "", "computed", START),
            FactLine("detected", "Incident detected", "", "", "computed", after(minutes=4)),
            FactLine("stable", "Stability restored", "", "", "computed", after(minutes=33)),
            FactLine("resolved", "Incident resolved", "", "", "computed", after(minutes=42)),
            FactLine("users_impacted", "Users impacted", "ログイン全体の約4％", "", "typed"),
            FactLine("other", "天気", "濃霧", "", "typed"),
        ],
        measures=[
            MeasureLine.of(key="resolved", length=timedelta(minutes=42)),
            MeasureLine.of(name="認証", length=timedelta(minutes=42), status="major_outage"),
        ],
        description="設定の変更により、接続数が必要な数の半分になりました。"
        "その結果、一部のお客様が**ログインできない**状態となりました。",
        root_cause="接続プールの上限を変更した際に、単位を取り違えました。\n\n### 待ち時間\n\n"
        "| サービス | 待ち時間 |\n|---|---|\n| session | 4秒 |",
        contributing_factors="- 週末の負荷では試験をしていませんでした。\n- 警報のしきい値が高すぎました。",
        actions=[
            ActionLine("当番の技術者が呼び出されました。", after(minutes=2)),
            ActionLine("変更を元に戻しました。"),
        ],
        mitigations=[
            MitigationLine(
                "週末の負荷で試験する。", "prevent", "基盤チーム", date(2026, 12, 24), "done", "https://t.example/7"
            )
        ],
        lessons="週末は平日とは違います。「大丈夫だろう」と思ったときほど、確かめること。",
        further="### 謝辞\n\n夜勤の皆さんに感謝します。",
        updates=[
            UpdateLine("resolved", "すべて正常に戻りました。", after(minutes=42)),
            UpdateLine("monitoring", "ログインできるようになりました。", after(minutes=33)),
            UpdateLine("investigating", "ログインの障害を調査しています。", after(minutes=7)),
        ],
        affected="",
        affected_names=["アカウント (ログイン)", "API"],
        look=Look("ja", "A4", "#b5202a"),
    )


def arabic() -> Report:
    """A page that speaks Arabic: nobody translated its labels, but it runs from right to left."""
    return a_report(
        title="تعذّر تسجيل الدخول لبعض الحسابات",
        organisation="ميناء الشرق",
        time_zone="Asia/Riyadh",
        facts=[
            FactLine("date", "Date of incident", "Nov 21, 2026", "", "computed", day=date(2026, 11, 21)),
            FactLine("started", "Incident started", "", "الساعة 01:08 صباحًا", "typed", START),
            FactLine("resolved", "Incident resolved", "", "", "computed", after(minutes=42)),
            FactLine("users_impacted", "Users impacted", "حوالي 4% من عمليات الدخول", "", "typed"),
        ],
        measures=[
            MeasureLine.of(key="resolved", length=timedelta(minutes=42)),
            MeasureLine.of(name="تسجيل الدخول", length=timedelta(minutes=42), status="major_outage"),
        ],
        description="فشلت **بعض** العمليات أو استغرقت [وقتًا طويلًا](https://fernway.example/limits) بين 22:08 و22:50.",
        root_cause="خفّض تغييرٌ في إعدادات session-service عدد الاتصالات إلى النصف.\n\n### الانتظار\n\n"
        "| الخدمة | الانتظار |\n|---|---|\n| session | 4 ث |\n\n> اقتباس من سجل المناوبة.",
        actions=[ActionLine("نُبّه المهندس المناوب.", after(minutes=2)), ActionLine("أُلغي التغيير.")],
        mitigations=[
            MitigationLine(
                "اختبار بحمل نهاية الأسبوع.",
                "prevent",
                "فريق المنصة",
                date(2026, 12, 24),
                "done",
                "https://t.example/7",
            )
        ],
        lessons="- عطلة نهاية الأسبوع مختلفة.\n- التنبيه كان متأخرًا.",
        further="### شكر\n\nلفريق المناوبة الليلية.",
        updates=[
            UpdateLine("resolved", "كل شيء طبيعي.", after(minutes=42)),
            UpdateLine("investigating", "تفشل بعض عمليات الدخول.", after(minutes=7)),
        ],
        affected="",
        affected_names=["الحسابات (الدخول)", "API"],
        look=Look("ar", "letter"),
    )


def mixed() -> Report:
    """What people write from right to left on a page that speaks English."""
    return replace(arabic(), look=Look())


def every_limit_reached() -> Report:
    """As much of everything as the desk lets pass, and the longest of each."""
    word = "x" * (LONGEST_WORD * 3)
    nested = "\n".join(f"{'    ' * depth}- Level {depth + 1}" for depth in range(DEEPEST))
    table = "\n".join(
        [
            "|" + " Column |" * MOST_COLUMNS,
            "|" + "---|" * MOST_COLUMNS,
            *["|" + " 1,024 ms |" * MOST_COLUMNS] * 60,
        ]
    )
    headings = "\n\n".join(f"{'#' * level} Heading of level {level}\n\n{SENTENCE}" for level in range(1, 7))
    quotes = f"{'> ' * DEEPEST}Quoted ten times."
    code = f"```\n{'GET /very/long/path?' + 'a=1&' * 60}\n\tindented\n```"
    text = f"{nested}\n\n{quotes}\n\n{headings}\n\n{code}\n\n{word}\n\n**bold *both*** ~~gone~~ ---\n\n---\n"
    return a_report(
        title=("Wide Waves Wash Away Whole Warehouses " * 6)[:200],
        organisation=("Worldwide Waterways Management " * 4)[:100],
        facts=[
            *a_report().facts,
            *[
                FactLine("other", f"Fact {number} " + "label " * 30, SENTENCE * 8, SENTENCE, "typed")
                for number in range(12)
            ],
        ],
        measures=[MeasureLine.of(key="resolved", length=timedelta(days=40))],
        description=f"{text}\n\n{table}",
        root_cause=(SENTENCE * 300)[:LONGEST],
        contributing_factors=text,
        actions=[ActionLine(f"{SENTENCE}\n\n{nested}", after(minutes=number)) for number in range(40)],
        mitigations=[
            MitigationLine(
                SENTENCE * 3, "detect", "W" * 120, date(2026, 12, 1), "in_progress", f"https://t.example/{word}"
            )
            for _ in range(20)
        ],
        lessons=text,
        further=headings,
        updates=[
            UpdateLine("resolved", SENTENCE * 20, after(days=40)),
            *[UpdateLine("monitoring", SENTENCE, after(hours=10 + number)) for number in range(60, 0, -1)],
            UpdateLine("investigating", "😀 ✅ ☎ ① தமிழ் \u202edoubtful", after(minutes=7)),
        ],
        affected="",
        affected_names=[f"Component of a very long name, number {number}" for number in range(40)],
        look=LETTER,
    )


DOCUMENTS = {
    "short": short,
    "ordinary": a_report,
    "long": long,
    "japanese": japanese,
    "arabic": arabic,
    "mixed": mixed,
    "every limit reached": every_limit_reached,
}
