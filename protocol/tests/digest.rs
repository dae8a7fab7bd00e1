use locus_protocol::Digest;

#[test]
fn a_digest_reads_as_it_is_written() {
    let text = format!("sha256:{}{}", "00ff".repeat(8), "a5".repeat(16));
    let digest: Digest = text.parse().unwrap();
    assert_eq!(digest.to_string(), text);
    assert_eq!(digest.sha256()[..2], [0x00, 0xff]);
    assert_eq!(Digest::from_sha256(*digest.sha256()), digest);
}

#[test]
fn other_spellings_are_refused() {
    let digits = "a".repeat(64);
    for text in [
        String::new(),
        digits.clone(),
        format!("sha256:{}", digits.to_uppercase()),
        format!("sha256:{}", &digits[1..]),
        format!("sha256:{digits}a"),
        format!("sha256:{}", "é".repeat(32)),
        format!("sha1:{digits}"),
    ] {
        assert!(text.parse::<Digest>().is_err(), "{text:?}");
    }
}
