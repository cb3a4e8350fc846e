//! Tests of the filter grammar and of matching.

use proptest::prelude::*;
use serde_json::{Number, json};

use super::*;

const RFC_SAMPLES: [&str; 14] = [
    r#"userName eq "bjensen""#,
    r#"name.familyName co "O'Malley""#,
    r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
    "title pr",
    r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
    r#"meta.lastModified le "2011-05-13T04:42:34Z""#,
    r#"title pr and userType eq "Employee""#,
    r#"title pr or userType eq "Intern""#,
    r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
    r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
    r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
    r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
    r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    r#"members.$ref ew "/1" and urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq null"#,
];

#[test]
fn the_rfcs_samples_print_as_they_are_written() {
    for sample in RFC_SAMPLES {
        assert_eq!(parse(sample).unwrap().to_string(), sample);
    }
}

#[test]
fn precedence_is_not_then_and_then_or() {
    let same = |a: &str, b: &str| assert_eq!(parse(a).unwrap(), parse(b).unwrap(), "{a}");
    same("a pr or b pr and c pr", "a pr or (b pr and c pr)");
    same("NOT(a pr) AND b PR", "(not (a pr)) and b pr");
    same("((a eq TRUE))", " a  Eq true ");
    assert_ne!(parse("(a pr or b pr) and c pr"), parse("a pr or b pr and c pr"));
    assert_eq!(parse("not pr").unwrap(), ScimFilter::Present(AttrPath::new("not")));
}

#[test]
fn mistakes_are_located() {
    for (text, at, why) in [
        ("", 0, "expected an attribute"),
        ("userName", 8, "expected an operator"),
        ("userName = \"a\"", 9, "expected an operator"),
        ("userName eq ann", 12, "expected a value"),
        ("userName eq \"ann", 12, "no closing"),
        ("userName eq \"a\\q\"", 12, "backslashes"),
        ("userName eq \"a\\", 12, "no closing"),
        ("(a pr", 5, "“)”"),
        ("a[b pr) ", 6, "“]”"),
        ("a pr b pr", 5, "the end"),
        ("a pr and", 8, "expected an attribute"),
        ("x:y pr", 0, "urn:"),
        ("a..b pr", 0, "expected an attribute"),
        ("å pr", 0, "expected an attribute"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.at, at, "{text}: {error}");
        assert!(error.why.contains(why), "{text}: {error}");
    }
}

#[test]
fn nesting_is_bounded() {
    let nested = |n: usize| format!("{}a pr{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&nested(DEEPEST)).is_ok());
    assert!(parse(&nested(DEEPEST + 1)).unwrap_err().why.contains("64"));
    assert!(parse(&"not (".repeat(200_000)).is_err());
    assert!(parse(&vec!["(a pr)"; 1_000].join(" or ")).is_ok());
}

#[test]
fn records_are_matched() {
    let ann = json!({
        "userName": "Ann.Å", "active": "True", "daysActive": 12, "onLeave": 1, "retired": "0", "externalId": "0042", "nickName": "", "title": null,
        "emails": [{"Value": "ann@home.org", "type": "home"}, {"value": "ann@work.io", "type": "work", "primary": true}],
        "name": {"familyName": "Ågren"}, "tags": ["red", "blue"], "meta": {"lastModified": "2025-7-01T00:00:00Z"},
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "R&D"},
    });
    for (filter, expected) in [
        (r#"username eq "ANN.å""#, true),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "ann""#, true),
        (r#"URN:ietf:params:scim:schemas:extension:enterprise:2.0:user:department co "&""#, true),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr", true),
        (r#"urn:x:userName eq "Ann.Å""#, false),
        ("active eq true", true),
        (r#"active ne "false""#, true),
        ("active gt false", false),
        ("onLeave eq true and not (onLeave eq false) and retired ne true", true),
        ("daysActive eq true or daysActive eq false or nickName eq false", false),
        ("daysActive gt 9 and daysActive le 12.0", true),
        (r#"daysActive eq "12""#, true),
        (r#"externalId eq "42""#, false),
        (r#"emails co "WORK""#, true),
        (r#"emails.value ew ".org""#, true),
        (r#"emails[type eq "home" and value ew ".io"]"#, false),
        (r#"emails[type eq "work" and value ew ".io"]"#, true),
        (r#"emails.type eq "home" and emails.value ew ".io""#, true),
        (r#"emails ne "ann@work.io""#, false),
        (r#"tags eq "blue" and tags[value eq "red"]"#, true),
        ("title pr or nickName pr or missing pr or name.x pr", false),
        ("title eq null and missing eq null and not (userName eq null)", true),
        (r#"missing ne "x""#, true),
        (r#"missing eq "x" or missing lt "x""#, false),
        (r#"meta.lastModified gt "2025-06-30T23:00:00-05:00""#, false),
        (r#"meta.lastModified ge "2025-06-30T19:00:00-05:00""#, true),
        ("name pr and not (title pr)", true),
    ] {
        assert_eq!(parse(filter).unwrap().matches(&ann), expected, "{filter}");
    }
}

fn attr() -> impl Strategy<Value = AttrPath> {
    let urn = prop::option::of("urn:[a-z]{1,5}:[a-z0-9.]{1,5}:[A-Z][a-z]{0,4}");
    (urn, "[$]?[a-zA-Z][a-zA-Z0-9_-]{0,6}", prop::option::of("[$]?[a-zA-Z][a-z0-9]{0,4}"))
        .prop_map(|(urn, name, sub)| AttrPath { urn, name, sub })
}

fn literal() -> impl Strategy<Value = FilterLiteral> {
    prop_oneof![
        any::<String>().prop_map(FilterLiteral::Text),
        any::<i64>().prop_map(|n| FilterLiteral::Number(n.into())),
        any::<f64>().prop_filter_map("finite", |f| Number::from_f64(f).map(FilterLiteral::Number)),
        any::<bool>().prop_map(FilterLiteral::Bool),
        Just(FilterLiteral::Null),
    ]
}

fn filter() -> impl Strategy<Value = ScimFilter> {
    let leaf = prop_oneof![
        (attr(), prop::sample::select(CompareOp::ALL.to_vec()), literal())
            .prop_map(|(a, op, l)| ScimFilter::Compare(a, op, l)),
        attr().prop_map(ScimFilter::Present),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(ScimFilter::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(ScimFilter::Or),
            inner.clone().prop_map(|f| ScimFilter::Not(Box::new(f))),
            (attr(), inner).prop_map(|(a, f)| ScimFilter::Has(a, Box::new(f))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(filter in filter()) {
        prop_assert_eq!(parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn no_text_breaks_it(text in r#"[a-b not\(\)\[\]"\\.:$0-9eqprå]{0,40}"#) {
        if let Ok(filter) = parse(&text) {
            prop_assert_eq!(parse(&filter.to_string()), Ok(filter));
        }
    }

    #[test]
    fn text_is_found_by_an_equal_filter(text in ".{1,20}") {
        let filter = ScimFilter::equal(AttrPath::new("userName"), text.as_str());
        let reread = parse(&filter.to_string()).unwrap();
        let record = json!({"UserName": text});
        prop_assert!(reread.matches(&record));
    }
}
