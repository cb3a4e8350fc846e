//! Words for the seeded organisation: people's names in many scripts, teams, registries, custom roles. Data only. All
//! persons are invented.

/// Given and family names of a script, each as (ASCII for the user name, native for the display name).
pub(super) struct NameCulture {
    pub given: &'static [(&'static str, &'static str)],
    pub family: &'static [(&'static str, &'static str)],
    pub family_first: bool,
    pub separator: &'static str,
}

impl NameCulture {
    /// The name as its owner would write it.
    pub(super) fn display(&self, given: &str, family: &str) -> String {
        let (first, second) = if self.family_first { (family, given) } else { (given, family) };
        [first, second].join(self.separator)
    }
}

macro_rules! culture {
    ($order:literal, $separator:literal, [$(($ga:literal, $gn:literal)),+ $(,)?], [$(($fa:literal, $fnative:literal)),+ $(,)?]) => {
        NameCulture {
            given: &[$(($ga, $gn)),+],
            family: &[$(($fa, $fnative)),+],
            family_first: $order,
            separator: $separator,
        }
    };
}

/// Names by script; the first four are Latin and the most frequent.
pub(super) const CULTURES: &[NameCulture] = &[
    culture!(
        false,
        " ",
        [
            ("amelia", "Amelia"),
            ("noah", "Noah"),
            ("grace", "Grace"),
            ("oliver", "Oliver"),
            ("maya", "Maya"),
            ("ethan", "Ethan"),
            ("ruth", "Ruth"),
            ("samuel", "Samuel"),
            ("ivy", "Ivy"),
            ("connor", "Connor"),
            ("aoife", "Aoife"),
            ("dylan", "Dylan"),
            ("priscilla", "Priscilla"),
            ("marcus", "Marcus"),
            ("tess", "Tess"),
            ("jonah", "Jonah")
        ],
        [
            ("okafor", "Okafor"),
            ("walsh", "Walsh"),
            ("whitfield", "Whitfield"),
            ("mensah", "Mensah"),
            ("oneill", "O'Neill"),
            ("hargreaves", "Hargreaves"),
            ("patterson", "Patterson"),
            ("lindqvist", "Lindqvist"),
            ("adeyemi", "Adeyemi"),
            ("brookes", "Brookes"),
            ("castellan", "Castellan"),
            ("fairbanks-moore", "Fairbanks-Moore"),
            ("dube", "Dube"),
            ("sinclair", "Sinclair"),
            ("tanaka", "Tanaka"),
            ("varga", "Varga")
        ]
    ),
    culture!(
        false,
        " ",
        [
            ("jose", "José"),
            ("renee", "Renée"),
            ("francois", "François"),
            ("lucia", "Lucía"),
            ("inaki", "Iñaki"),
            ("zoe", "Zoë"),
            ("joao", "João"),
            ("chloe", "Chloé"),
            ("andre", "André"),
            ("noemie", "Noémie"),
            ("raul", "Raúl"),
            ("ines", "Inês")
        ],
        [
            ("munoz", "Muñoz"),
            ("lefevre", "Lefèvre"),
            ("goncalves", "Gonçalves"),
            ("nunez", "Núñez"),
            ("beranger", "Béranger"),
            ("sepulveda", "Sepúlveda"),
            ("de-la-pena", "de la Peña"),
            ("araujo", "Araújo"),
            ("chateau", "Château"),
            ("garcia", "García")
        ]
    ),
    culture!(
        false,
        " ",
        [
            ("bjorn", "Björn"),
            ("soren", "Søren"),
            ("asa", "Åsa"),
            ("jurgen", "Jürgen"),
            ("lukasz", "Łukasz"),
            ("zofia", "Zofia"),
            ("marton", "Márton"),
            ("sarka", "Šárka"),
            ("gunes", "Güneş"),
            ("ilgin", "Ilgın"),
            ("thor", "Þór"),
            ("dorde", "Đorđe")
        ],
        [
            ("grunwald", "Grünwald"),
            ("ostergaard", "Østergaard"),
            ("nowak", "Nowak"),
            ("wisniewska", "Wiśniewska"),
            ("szabo", "Szabó"),
            ("dvorak", "Dvořák"),
            ("yilmaz", "Yılmaz"),
            ("maki", "Mäki"),
            ("strauss", "Strauß"),
            ("aberg", "Åberg")
        ]
    ),
    culture!(
        true,
        " ",
        [("linh", "Linh"), ("anh", "Ánh"), ("dung", "Dũng"), ("phuong", "Phượng"), ("quoc", "Quốc"), ("thuy", "Thuỷ")],
        [("nguyen", "Nguyễn"), ("tran", "Trần"), ("le", "Lê"), ("pham", "Phạm"), ("dang", "Đặng"), ("vu", "Vũ")]
    ),
    culture!(
        true,
        " ",
        [
            ("haruka", "遥"),
            ("kenji", "健司"),
            ("yui", "結衣"),
            ("daiki", "大輝"),
            ("sakura", "さくら"),
            ("ren", "蓮"),
            ("aoi", "葵"),
            ("emi", "エミ")
        ],
        [
            ("sato", "佐藤"),
            ("suzuki", "鈴木"),
            ("takahashi", "髙橋"),
            ("yamamoto", "山本"),
            ("kobayashi", "小林"),
            ("watanabe", "渡邉")
        ]
    ),
    culture!(
        true,
        "",
        [
            ("minjun", "민준"),
            ("seoyeon", "서연"),
            ("jiho", "지호"),
            ("haeun", "하은"),
            ("dohyun", "도현"),
            ("yuna", "유나")
        ],
        [("kim", "김"), ("lee", "이"), ("park", "박"), ("choi", "최"), ("jung", "정"), ("namgung", "남궁")]
    ),
    culture!(
        true,
        "",
        [("wei", "伟"), ("xiuying", "秀英"), ("jun", "军"), ("mingyu", "明宇"), ("lihua", "丽华"), ("yichen", "奕辰")],
        [("wang", "王"), ("li", "李"), ("zhang", "张"), ("chen", "陳"), ("ouyang", "欧阳"), ("zhao", "赵")]
    ),
    culture!(
        false,
        " ",
        [
            ("anastasia", "Анастасия"),
            ("dmitri", "Дмитрий"),
            ("oksana", "Оксана"),
            ("yuri", "Юрий"),
            ("kateryna", "Катерина"),
            ("fyodor", "Фёдор")
        ],
        [
            ("ivanova", "Иванова"),
            ("shevchenko", "Шевченко"),
            ("petrov", "Петров"),
            ("kovalenko", "Коваленко"),
            ("sokolov", "Соколов")
        ]
    ),
    culture!(
        false,
        " ",
        [("layla", "ليلى"), ("omar", "عمر"), ("fatima", "فاطمة"), ("yusuf", "يوسف"), ("mariam", "مريم")],
        [("al-masri", "المصري"), ("haddad", "حداد"), ("khoury", "خوري"), ("mansour", "منصور")]
    ),
    culture!(
        false,
        " ",
        [("noa", "נועה"), ("itai", "איתי"), ("tamar", "תמר"), ("yonatan", "יונתן")],
        [("mizrahi", "מזרחי"), ("ben-david", "בן־דוד"), ("shapira", "שפירא")]
    ),
    culture!(
        false,
        " ",
        [("aarav", "आरव"), ("diya", "दिया"), ("kshitij", "क्षितिज"), ("lakshmi", "लक्ष्मी"), ("rohan", "रोहन")],
        [("sharma", "शर्मा"), ("kulkarni", "कुलकर्णी"), ("mishra", "मिश्रा"), ("srivastava", "श्रीवास्तव")]
    ),
    culture!(
        false,
        " ",
        [("somchai", "สมชาย"), ("kanya", "กัญญา"), ("nattapong", "ณัฐพงศ์"), ("pim", "พิม")],
        [("srisuk", "ศรีสุข"), ("thongdee", "ทองดี"), ("rattanaporn", "รัตนพร")]
    ),
    culture!(
        false,
        " ",
        [("eleni", "Ελένη"), ("giorgos", "Γιώργος"), ("katerina", "Κατερίνα"), ("nikos", "Νίκος")],
        [("papadopoulou", "Παπαδοπούλου"), ("nikolaidis", "Νικολαΐδης"), ("vlachos", "Βλάχος")]
    ),
];

/// A display name with an emoji joined from several code points.
pub(super) const EMOJI_NAME: (&str, &str, &str) = ("Noor", "Haddad", "Noor 👩🏽‍🔬 Haddad");

/// Team names; larger organisations repeat them with a number.
pub(super) const TEAMS: &[&str] = &[
    "vision",
    "speech",
    "nlp",
    "ops",
    "robotics",
    "forecasting",
    "recsys",
    "search",
    "safety",
    "evals",
    "data-platform",
    "infra",
    "genomics",
    "climate",
    "audio",
    "simulation",
    "fraud",
    "growth",
    "research",
    "interns",
];

/// The organisation's registries.
pub(super) const REGISTRIES: &[&str] = &["model", "dataset", "release", "benchmarks"];

/// A viewer's permissions in a team. The operations are those seen in the documents, completed by analogy: no public
/// list exists.
pub(super) const VIEWER_PERMISSIONS: &[&str] =
    &["artifact:read", "launchagent:read", "project:read", "report:read", "run:read", "sweep:read", "team:read"];

/// A member's permissions in a team; see [`VIEWER_PERMISSIONS`] for the source.
pub(super) const MEMBER_PERMISSIONS: &[&str] = &[
    "artifact:create",
    "artifact:read",
    "artifact:update",
    "launchagent:create",
    "launchagent:read",
    "project:create",
    "project:read",
    "project:update",
    "report:create",
    "report:read",
    "report:update",
    "run:create",
    "run:read",
    "run:update",
    "sweep:create",
    "sweep:read",
    "team:read",
];

/// Operations that only a custom role or a team's administrator has.
pub(super) const FURTHER_PERMISSIONS: &[&str] = &[
    "artifact:delete",
    "launchagent:delete",
    "project:delete",
    "report:delete",
    "run:delete",
    "run:stop",
    "sweep:delete",
    "team:invite_user",
    "team:uninvite",
];

/// A seeded custom role: name, description, whether it inherits from member (else viewer), own permissions.
pub(super) type SeedRole = (&'static str, &'static str, bool, &'static [&'static str]);

/// The seeded custom roles.
pub(super) const CUSTOM_ROLES: &[SeedRole] = &[
    ("Run janitor", "Cleans up after experiments", true, &["run:delete", "run:stop", "project:delete"]),
    ("Artifact curator", "Retires old artifacts", true, &["artifact:delete"]),
    ("Sweep operator", "Stops and removes sweeps", true, &["sweep:delete", "run:stop"]),
    ("Report writer", "Reads everything, writes reports", false, &["report:create", "report:update"]),
    ("Annotator", "Reads runs, updates artifacts", false, &["artifact:update"]),
    ("レビュー担当", "Reviews reports in two languages — 報告書の確認", false, &["report:update", "report:delete"]),
];
