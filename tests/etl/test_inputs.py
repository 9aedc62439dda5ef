"""What users point at: files, folders, .zip and .gz; whole, damaged, hidden, or no data at all."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import tempfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from etl import archives
from etl.errors import UserError
from etl.inputs import find
from etl.load import load
from etl.load_report import LoadReport
from etl.warehouse.store import open_reader
from tests.x12_text import claim, claims_body, claims_file, dressed, group, interchange, remittance_file, transaction

NOBODY = 65534
ONE = claims_file(claim("A1", ("99213", "100")))
TWO = claims_file(claim("A2", ("99214", "200")))
PAID = remittance_file("CLP*A1*1*100*100*0*CI*ICN1")


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


def claims_in(db: Path) -> list[str]:
    rows = open_reader(db).execute("select patient_control_number from claim order by 1").fetchall()
    return [row[0] for row in rows]


def adds_up(report: LoadReport) -> None:
    """seen = loaded + duplicate + quarantined."""
    out = report.to_json()
    for name in ("claims", "claim_payments"):
        kept_out = out["duplicate_counts"][name] + out["quarantined_counts"][name]
        assert out["seen"][name] == out[name] + kept_out, name


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "db" / "warehouse.duckdb"


# --- found ----------------------------------------------------------------------------------------------------------


def test_nested_folders_are_read_in_order_of_name(tmp_path: Path) -> None:
    for name in ("b/2.837", "a/deep/er/1.837", "0.835"):
        write(tmp_path / name, ONE)
    assert [one.name for one in find([tmp_path], [])] == ["0.835", "1.837", "2.837"]


def test_hidden_files_and_folders_are_nobodys(tmp_path: Path) -> None:
    for name in (".DS_Store", ".git/config", "in/.~lock.csv", "in/1.837"):
        write(tmp_path / name, ONE)
    assert [one.name for one in find([tmp_path], [])] == ["1.837"]


def test_links_to_folders_are_followed_once_and_links_to_nothing_are_said(tmp_path: Path, db: Path) -> None:
    write(tmp_path / "archive" / "1.837", ONE)
    inbox = tmp_path / "inbox"
    write(inbox / "in" / "2.837", TWO)
    for name, target in {"old": "../archive", "in/up": "..", "3.837": "nowhere", "circle": "circle"}.items():
        (inbox / name).symlink_to(target)
    report = load([inbox], db)
    assert sorted(name for name, _ in report.of("rejected")) == ["3.837", "circle"]
    assert "a link to a file that is not there" in [p.found for _, p in report.of("rejected")]
    assert report.to_json()["claims"] == 2


@pytest.fixture
def nobodys() -> Iterator[Path]:
    """A folder, as seen by a user who may not read everything: CI runs as root, who may. (pytest's own folders are
    root's only.)"""
    with tempfile.TemporaryDirectory() as folder:
        is_root = os.geteuid() == 0
        if is_root:
            # what is imported late may lie where only root reads
            load([write(Path(folder) / "0.837", ONE)], Path(folder) / "0.duckdb")
            os.chown(folder, NOBODY, -1)
            os.seteuid(NOBODY)
        try:
            yield Path(folder)
        finally:
            if is_root:
                os.seteuid(0)


def test_a_folder_that_may_not_be_read_is_said_and_the_rest_is_loaded(nobodys: Path) -> None:
    write(nobodys / "in" / "1.837", ONE)
    (nobodys / "in" / "closed").mkdir(mode=0)
    report = load([nobodys / "in"], nobodys / "w.duckdb")
    assert [p.found for _, p in report.of("rejected")] == ["a file or folder that may not be read"]
    assert report.to_json()["claims"] == 1


def test_unsent_claims_and_a_samples_truth_are_left_out_and_named(tmp_path: Path) -> None:
    for name in ("unsent/1.837", "truth.json", "claims_truth.csv", "837/1.837"):
        write(tmp_path / name, ONE)
    ignored: list[str] = []
    assert [one.name for one in find([tmp_path], ignored)] == ["1.837"]
    assert sorted(ignored) == ["claims_truth.csv", "truth.json", "unsent/1.837"]


def test_a_gz_is_read_in_place(tmp_path: Path, db: Path) -> None:
    report = load([write(tmp_path / "in" / "a.837.gz", gzip.compress(ONE))], db)
    assert (claims_in(db), report.problems) == (["A1"], [])
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["a.837.gz"]


def test_a_zip_with_folders_is_read_in_place(tmp_path: Path, db: Path) -> None:
    (tmp_path / "in").mkdir()
    report = load([zipped(tmp_path / "in" / "all.zip", a__1=ONE, b__2=TWO, c__3=PAID)], db)
    assert (claims_in(db), report.files, report.problems) == (["A1", "A2"], 3, [])
    assert sorted(path.name for path in (tmp_path / "in").iterdir()) == ["all.zip"]


def test_a_zip_member_cannot_escape(tmp_path: Path, db: Path) -> None:
    archive = zipped(tmp_path / "evil.zip", **{"..__..__escaped.837": ONE})
    assert load([archive], db).files == 1
    assert not list(tmp_path.parent.glob("escaped*"))


def test_hidden_members_of_a_zip_are_nobodys(tmp_path: Path, db: Path) -> None:
    """macOS puts a __MACOSX folder with a ._ file for every file into a zip."""
    archive = tmp_path / "mac.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for name, data in (("1.837", ONE), ("__MACOSX/._1.837", b"\x00\x05\x16\x07"), ("in/.DS_Store", b"\x00")):
            out.writestr(name, data)
    report = load([archive], db)
    assert (report.files, report.problems) == (1, [])


def test_the_same_file_zipped_and_plain_counts_once(tmp_path: Path, db: Path) -> None:
    plain, packed = write(tmp_path / "1.837", ONE), zipped(tmp_path / "1.zip", a=ONE)
    report = load([plain, packed, write(tmp_path / "1.837.gz", gzip.compress(ONE))], db)
    assert claims_in(db) == ["A1"]
    assert [(p.severity, p.rule, p.claims) for _, p in report.problems] == [("duplicate", "duplicate-file", 1)] * 2
    adds_up(report)


# --- not found, not readable ----------------------------------------------------------------------------------------


def test_a_missing_path_is_wrong_usage_and_changes_nothing(tmp_path: Path, db: Path) -> None:
    with pytest.raises(UserError, match=r"nothere.837: no such file"):
        load([write(tmp_path / "1.837", ONE), tmp_path / "nothere.837"], db)
    assert not db.exists()


def test_an_empty_folder_is_wrong_usage(tmp_path: Path, db: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match="Nothing to load"):
        load([tmp_path / "empty"], db)


UNREADABLE = {
    "empty": (b"", "an empty file"),
    "pdf": (b"%PDF-1.7\n1 0 obj CLM*A9*100~", "a PDF"),
    "random": (bytes(range(256)) * 40, "no ISA segment"),
    "fragment": (ONE[ONE.index(b"ST*") :], "no ISA segment"),
    "an unknown csv": (b"name,age\nx,1\n", "a table with the columns name, age"),
    "only an envelope": (ONE[: ONE.index(b"ST*")] + b"GE*0*1~IEA*1*000000001~", "an interchange without ST"),
}


def test_unreadable_files_are_rejected_and_the_rest_is_loaded(tmp_path: Path, db: Path) -> None:
    bad = [write(tmp_path / name, data) for name, (data, _) in UNREADABLE.items()]
    report = load([*bad, write(tmp_path / "good.837", ONE)], db)
    assert claims_in(db) == ["A1"]
    assert [(name, p.found) for name, p in report.of("rejected")] == [
        (name, found) for name, (_, found) in UNREADABLE.items()
    ]
    assert (report.needs_a_person(), report.unreadable()) == (True, False)
    adds_up(report)


def test_claims_that_seem_to_be_in_an_unreadable_file_are_counted(tmp_path: Path, db: Path) -> None:
    report = load([write(tmp_path / "bad.837", ONE[ONE.index(b"ST*") :] + TWO[TWO.index(b"CLM") :])], db)
    assert report.seen == {"claims": 2, "claim_payments": 0}
    assert report.unreadable()
    adds_up(report)


def test_an_unreadable_file_twice_is_counted_twice(tmp_path: Path, db: Path) -> None:
    data = ONE[ONE.index(b"ST*") :]
    report = load([write(tmp_path / "1.837", data), write(tmp_path / "2.837", data)], db)
    assert report.seen == {"claims": 2, "claim_payments": 0}
    adds_up(report)


def many(count: int) -> bytes:
    sets = (transaction("837P", claims_body(claim(f"A{i}", ("99213", "100"))), f"{i:04}") for i in range(count))
    return dressed(interchange(group(*sets)))


DAMAGED_GZ = {
    "cut off": lambda data: data[:-300],
    "no gzip at all": lambda data: b"plain text " * 20,
    "a flipped byte": lambda data: data[:200] + bytes([data[200] ^ 255]) + data[201:],
    "a wrong checksum": lambda data: data[:-8] + b"\x00" * 8,
    "empty": lambda data: b"",
}


def test_damaged_gz_files_are_said_and_the_rest_is_loaded(tmp_path: Path, db: Path) -> None:
    packed = gzip.compress(many(50))
    bad = [write(tmp_path / f"{name}.gz", damage(packed)) for name, damage in DAMAGED_GZ.items()]
    report = load([*bad, write(tmp_path / "good.835", PAID)], db)
    assert (report.rows["claim_payment"], report.rows.get("claim", 0)) == (1, 0)
    assert [(name, p.severity) for name, p in report.problems] == [(name, "rejected") for name in DAMAGED_GZ]
    adds_up(report)


def test_what_can_be_read_of_a_gz_that_is_cut_off_is_seen_and_quarantined(tmp_path: Path, db: Path) -> None:
    report = load([write(tmp_path / "cut.gz", gzip.compress(many(5000))[:-3000])], db)
    assert 3000 < report.seen["claims"] < 5000
    assert report.kept_out("rejected") == report.seen


def test_other_encodings_are_loaded_and_the_same_file_in_utf_8_is_a_duplicate(tmp_path: Path, db: Path) -> None:
    text = ONE.decode()
    assert "^" in text  # where the code pages of EBCDIC differ
    wide = {name: text.encode(name) for name in ("utf-16", "utf-16-be", "utf-32", "utf-32-le", "cp037", "cp500")}
    wide["a mainframe's lines"] = text.replace("~", "~\x85").encode("cp037")
    wide["ended by lines"] = text.replace("~", "\x85").encode("cp500")
    wide["cut off"] = gzip.compress(text.encode("cp037"))[:-5]
    report = load([write(tmp_path / name, data) for name, data in {**wide, "utf-8": ONE}.items()], db)
    assert claims_in(db) == ["A1"]
    assert report.seen["claims"] == len(wide) + 1
    assert [name for name, _ in report.of("duplicate")] == [*list(wide)[1:-1], "utf-8"]
    assert [(name, p.claims) for name, p in report.of("rejected")] == [("cut off", 1)]
    adds_up(report)


def test_utf_16_that_is_no_x12_is_counted(tmp_path: Path, db: Path) -> None:
    report = load([write(tmp_path / "a.txt", ONE.replace(b"ISA", b"XXX", 1).decode().encode("utf-16"))], db)
    assert ([p.severity for _, p in report.problems], report.seen["claims"]) == (["rejected"], 1)
    adds_up(report)


def test_a_damaged_zip_is_said_and_the_rest_is_loaded(tmp_path: Path, db: Path) -> None:
    archive = zipped(tmp_path / "bad.zip", a=many(50), b=TWO)
    data = bytearray(archive.read_bytes())
    data[300] ^= 255  # inside the first member
    archive.write_bytes(data)
    report = load([archive, write(tmp_path / "good.835", PAID)], db)
    assert claims_in(db) == ["A2"]
    assert [(name, p.severity, p.rule) for name, p in report.problems] == [("a", "rejected", "damaged-file")]
    adds_up(report)


def test_a_zip_without_its_end_is_said_and_the_rest_is_loaded(tmp_path: Path, db: Path) -> None:
    archive = zipped(tmp_path / "bad.zip", a=many(50))
    write(archive, archive.read_bytes()[:-40])
    report = load([archive, write(tmp_path / "good.835", PAID)], db)
    assert [(name, p.severity, p.found) for name, p in report.problems] == [
        ("bad.zip", "rejected", "a zip or Excel file")
    ]


def test_a_zip_with_a_broken_index_is_said_and_the_rest_is_loaded(tmp_path: Path, db: Path) -> None:
    archive = zipped(tmp_path / "bad.zip", a=ONE)
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\x01\x02")] ^= 255
    archive.write_bytes(data)
    report = load([archive, write(tmp_path / "good.835", PAID)], db)
    assert report.rows["claim_payment"] == 1
    assert [(name, p.severity) for name, p in report.problems] == [("bad.zip", "rejected")]


def test_an_encrypted_zip_is_said_and_the_rest_is_loaded(tmp_path: Path, db: Path) -> None:
    archive = zipped(tmp_path / "locked.zip", a=ONE)
    data = bytearray(archive.read_bytes())
    data[6] |= 1  # the general purpose flag of the member and of the index: encrypted
    data[data.index(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(data)
    report = load([archive, write(tmp_path / "good.835", PAID)], db)
    assert report.rows["claim_payment"] == 1
    assert [(name, p.severity) for name, p in report.problems] == [("a", "rejected")]


# --- archives that mean harm, or hold archives -----------------------------------------------------------------------


def test_a_gz_bomb_is_refused_while_it_unfolds_and_the_rest_is_loaded(
    tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.archives.ALWAYS_ALLOWED", 1 << 20)
    bomb = write(tmp_path / "bomb.gz", gzip.compress(ONE + b"~" * (16 << 20)))
    report = load([bomb, write(tmp_path / "good.835", PAID)], db)
    assert report.rows["claim_payment"] == 1
    assert [(name, p.severity, p.rule) for name, p in report.problems] == [("bomb", "rejected", "too-large")]
    adds_up(report)


def test_a_zip_bomb_is_refused_member_by_member(tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.archives.ALWAYS_ALLOWED", 1 << 20)
    report = load([zipped(tmp_path / "bomb.zip", a=b"\x00" * (16 << 20), b=TWO)], db)
    assert (claims_in(db), [(name, p.rule) for name, p in report.problems]) == (["A2"], [("a", "too-large")])


def test_a_zip_whose_members_overlap_is_refused(tmp_path: Path, db: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w") as archive:
        archive.writestr("1.837", ONE)
        archive.filelist *= 300
    report = load([tmp_path / "bomb.zip", write(tmp_path / "good.837", TWO)], db)
    assert (claims_in(db), [(name, p.rule) for name, p in report.problems]) == (["A2"], [("bomb.zip", "too-large")])


def test_what_packs_as_x12_does_is_no_bomb(tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.archives.ALWAYS_ALLOWED", 1 << 10)
    report = load([write(tmp_path / "a.gz", gzip.compress(many(400)))], db)
    assert (len(claims_in(db)), report.problems) == (400, [])


def test_archives_in_a_zip_are_read(tmp_path: Path, db: Path) -> None:
    inner = zipped(tmp_path / "inner", in__2=TWO, **{"..__3.835": PAID}).read_bytes()
    outer = zipped(tmp_path / "outer.zip", **{"1.837.gz": gzip.compress(ONE)}, day__b=inner)
    report = load([outer], db)
    assert (claims_in(db), report.problems, report.rows["claim_payment"]) == (["A1", "A2"], [], 1)
    names = open_reader(db).execute("select name from source_file order by 1").fetchall()
    assert names == [("1.837",), ("2",), ("3.835",)]
    assert load([outer], db).kept_out("duplicate") == {"claims": 2, "claim_payments": 1}


def tarred(folder: Path) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.add(write(folder / "1.837", ONE), "1.837")
    return out.getvalue()


NOT_OPENED: dict[str, Callable[[Path], bytes]] = {
    "a .tar": tarred,
    "a .gz": lambda _: gzip.compress(gzip.compress(ONE)),
    "a .zip": lambda folder: zipped(folder / "in", a=zipped(folder / "inmost", a=ONE).read_bytes()).read_bytes(),
}


@pytest.mark.parametrize("kind", NOT_OPENED)
def test_what_is_in_an_archive_in_an_archive_is_said(tmp_path: Path, db: Path, kind: str) -> None:
    report = load([zipped(tmp_path / "outer.zip", a=NOT_OPENED[kind](tmp_path), b=TWO)], db)
    assert claims_in(db) == ["A2"]
    [(name, problem)] = report.problems
    assert (name, problem.rule, problem.found) == ("a", "nested-archive", f"{kind} inside an archive")
    assert problem.fix == "Nothing of it was loaded. Unpack it once, then load the folder."
    adds_up(report)


def test_archives_in_a_zip_together_unfold_to_no_more_than_a_single_one_may(
    tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("etl.archives.ALWAYS_ALLOWED", 3 << 20)
    zeros = b"\x00" * (1 << 20)
    bombs = {"gz": gzip.compress(zeros), "zip": zipped(tmp_path / "in", z1=zeros, z2=ONE).read_bytes()}
    assert len({one.sha256() for one in find([zipped(tmp_path / "one.zip", **bombs)], [])}) == 2
    more = {f"{kind}{i}": data for kind, data in bombs.items() for i in range(3)}
    report = load([zipped(tmp_path / "many.zip", **more, b=TWO)], db)
    assert [(name, p.rule) for name, p in report.of("rejected")] == [(name, "too-large") for name in more]
    assert claims_in(db) == ["A2"]


def test_a_document_is_no_archive_of_its_parts(tmp_path: Path, db: Path) -> None:
    letter = zipped(tmp_path / "a.docx", **{"[Content_Types].xml": b"<Types/>"}, word__document=ONE)
    report = load([letter, zipped(tmp_path / "all.zip", letter=letter.read_bytes(), b=TWO)], db)
    assert [(name, p.found) for name, p in report.of("rejected")] == [
        ("a.docx", "a zip or Excel file"),
        ("letter", "a .zip inside an archive"),
    ]
    assert claims_in(db) == ["A2"]


def test_a_damaged_zip_in_a_zip_is_said_and_the_rest_is_loaded(tmp_path: Path, db: Path) -> None:
    inner = zipped(tmp_path / "in", a=many(50)).read_bytes()
    outer = zipped(tmp_path / "outer.zip", cut=inner[:-40], flipped=inner[:300] + b"?" + inner[301:], good=TWO)
    report = load([outer], db)
    assert [(name, p.rule) for name, p in report.of("rejected")] == [("cut", "nested-archive"), ("a", "damaged-file")]
    assert claims_in(db) == ["A2"]
    adds_up(report)


def test_a_zips_index_is_read_once_for_all_its_members(tmp_path: Path) -> None:
    members = {f"{i}.837": ONE for i in range(50)}
    inner = zipped(tmp_path / "in", **members).read_bytes()
    before = archives._zip.cache_info().misses
    for one in find([zipped(tmp_path / "all.zip", **members, more=inner)], []):
        one.sha256()
    assert archives._zip.cache_info().misses == before + 2


def test_an_archive_is_known_by_its_bytes_whatever_its_name(tmp_path: Path, db: Path) -> None:
    load([write(tmp_path / "1.dat", gzip.compress(ONE)), zipped(tmp_path / "2.dat", a=TWO)], db)
    assert claims_in(db) == ["A1", "A2"]


# --- standard input and pipes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gz"])
def test_standard_input_is_read(
    tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes]
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(pack(ONE))))
    report = load([Path("-")], db)
    assert (claims_in(db), report.files, report.problems) == (["A1"], 1, [])
    assert open_reader(db).execute("select name from source_file").fetchall() == [("(standard input)",)]


def test_a_zip_on_standard_input_is_read(tmp_path: Path, db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(tmp_path / "all.zip", a=ONE, b=TWO).read_bytes()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert load([Path("-")], db).files == 2


def test_standard_input_that_is_empty_is_said(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert [(name, p.found) for name, p in load([Path("-")], db).problems] == [("(standard input)", "an empty file")]


def test_standard_input_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("etl.archives.LARGEST_UNPACKED", 3 << 20)
    with (
        open("/dev/zero") as zeros,
        pytest.raises(UserError, match=r"standard input: more than 0 GB came. .+ Save it to a file"),
    ):
        monkeypatch.setattr("sys.stdin", zeros)
        find([Path("-")], [])


def test_a_named_pipe_is_read_once_and_loaded(tmp_path: Path, db: Path) -> None:
    """As `cleanclaim load <(ssh host cat era.835)` gives it."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(ONE,))
    writer.start()
    assert load([pipe], db).files == 1
    writer.join()
    assert claims_in(db) == ["A1"]
