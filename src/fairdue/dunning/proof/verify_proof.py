"""Check a proof file of Fairdue. Stands alone: Python 3.9 or later and nothing else.

    python verify_proof.py proof.pdf [--head 812:9f2c…] [--head-file audit-head.json] [--language en|zh]

It says what was found, check by check, and ends with

    0  confirmed: the file is unchanged, and the chain in it ends in the head that you gave
    1  refuted: something in the file does not fit
    2  not a proof file, or not readable
    3  intact: nothing in the file contradicts itself, but no head was given, or it lies outside the file

Whoever can make proof files can make one that is intact. Only a head that was kept elsewhere (beside a run's snapshot, in a
letter to the auditor, in an earlier proof) tells a true file from a made-up one. docs/algorithms/proof.md states the rules.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import locale
import re
import sys
import zlib
from pathlib import Path
from typing import Any

FORMAT = "fairdue proof 1"
FORMAT_ERASED = "fairdue proof 2"
"""The same of a notice from which a person was erased: ``core`` names what is gone."""
ERASED = "erased"
MANIFEST = "manifest.json"
SIZE_MAX = 512 * 1024 * 1024
CONFIRMED, REFUTED, UNREADABLE, INTACT = 0, 1, 2, 3
HEAD_RE = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")
_HEADER = re.compile(rb"%PDF-1\.[0-9]\n%[\x80-\xff]{4}\n\n")
_TAIL = re.compile(
    rb"xref\n0 (\d+)\n0000000000 65535 f\r\n((?:\d{10} 00000 n\r\n)+)"
    rb"trailer\n<</Size (\d+)/Root (\d+) 0 R/Info (\d+) 0 R/ID\[\(([A-Za-z0-9+/=]+)\)\(([A-Za-z0-9+/=]+)\)\]>>\nstartxref\n(\d+)\n%%EOF"
)
_FILESPEC = re.compile(rb"/Type/Filespec/F\(([\w.-]+)\)/UF\(([\w.-]+)\)/EF<</F (\d+) 0 R/UF (\d+) 0 R>>")
_STREAM = re.compile(rb"<<(.*?)>>\nstream\n", re.DOTALL)

Json = dict[str, Any]


class NoProofError(Exception):
    """The file is no proof file, or is damaged so that it cannot be read. ``str`` is a key of ``WORDS``."""


# 1. The file: a PDF as it was first written, without any later change appended, and nothing between its objects.


class Pdf:
    """The objects of a PDF by their numbers, and the files inside it. Raises NoProofError for any other shape."""

    def __init__(self, data: bytes) -> None:
        if len(data) > SIZE_MAX:
            raise NoProofError("too_large")
        head, at = _HEADER.match(data), data.rfind(b"\nxref\n") + 1
        tail = _TAIL.fullmatch(data, at)
        if head is None or tail is None or int(tail[8]) != at:
            raise NoProofError("shape")
        self.head = head[0]
        self.root, self.info, self.ids = int(tail[4]), int(tail[5]), (tail[6], tail[7])
        self.objects = self._objects(data, head.end(), at, tail)
        self.files = {name: self._stream(number) for name, number in self._specs().items()}

    @staticmethod
    def _objects(data: bytes, first: int, end: int, tail: re.Match[bytes]) -> dict[int, bytes]:
        offsets = [int(line[:10]) for line in tail[2].splitlines()]
        if len(offsets) + 1 != int(tail[1]) or int(tail[3]) != int(tail[1]):
            raise NoProofError("shape")
        order = sorted(range(1, len(offsets) + 1), key=lambda number: offsets[number - 1])
        starts = [offsets[number - 1] for number in order]
        if not starts or starts[0] != first or len(set(starts)) != len(starts):
            raise NoProofError("shape")
        found: dict[int, bytes] = {}
        for number, start, stop in zip(order, starts, [*starts[1:], end], strict=True):
            prefix, body = b"%d 0 obj\n" % number, data[start:stop]
            if not body.startswith(prefix) or not body.endswith(b"\nendobj\n"):
                raise NoProofError("shape")
            found[number] = body[len(prefix) : -len(b"endobj\n")]
        return found

    def _specs(self) -> dict[str, int]:
        """Give the object of each file's bytes, by name."""
        found: dict[str, int] = {}
        for body in self.objects.values():
            for match in _FILESPEC.finditer(body) if body.startswith(b"<</Type/Filespec") else ():
                name = match[1].decode()
                if match[1] != match[2] or match[3] != match[4] or name in found:
                    raise NoProofError("shape")
                found[name] = int(match[3])
        if MANIFEST not in found:
            raise NoProofError("no_manifest")
        return found

    def _stream(self, number: int) -> bytes:
        body = self.objects.get(number, b"")
        start = _STREAM.match(body)
        if start is None or not body.endswith(b"\nendstream\n"):
            raise NoProofError("shape")
        raw = body[start.end() : -len(b"\nendstream\n")]
        if b"/Filter" not in start[1]:
            return raw
        machine = zlib.decompressobj()
        try:
            plain = machine.decompress(raw, SIZE_MAX)
        except zlib.error:
            raise NoProofError("shape") from None
        if not machine.eof or machine.unused_data:
            raise NoProofError("shape")
        return plain

    def frame(self) -> str:
        """Give the hash of everything a reader of the PDF sees and every file in it but the manifest.

        The manifest cannot hold its own hash; the chain in it covers it instead. The file's two identifiers, which follow
        from the bytes of the manifest, are taken out wherever they stand.
        """
        hidden = self._specs()[MANIFEST]
        parts = [self.head, b"%d %d" % (self.root, self.info)]
        for number, body in sorted(self.objects.items()):
            kept = _outline(body) if number == hidden else body.replace(self.ids[0], b"").replace(self.ids[1], b"")
            parts.append(b"%d\n" % number + kept)
        return digest("fairdue proof frame v1", *parts)


def _outline(body: bytes) -> bytes:
    """Give a stream's dictionary without what follows from its bytes: the lengths, and whether it is packed."""
    start = _STREAM.match(body)
    found = start[1] if start else b""
    return re.sub(rb"/(Length|Size) \d+|/Filter/FlateDecode", b"", found)


def frame_of(data: bytes) -> str:
    """Give the frame hash of a proof file."""
    return Pdf(data).frame()


# 2. The hashes, written here a second time on purpose: a check that asks the product proves nothing.


def digest(domain: str, *parts: bytes) -> str:
    """SHA-256 over a domain word and length-prefixed parts."""
    sha = hashlib.sha256(domain.encode())
    for part in parts:
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return sha.hexdigest()


def canonical(value: object) -> bytes:
    """The one JSON writing of a value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def content_hash(entry: Json) -> str:
    """The hash over everything an audit entry says."""
    parts = [entry[name] for name in ("company_id", "at", "actor", "action", "subject", "detail")]
    return digest("fairdue audit v1", canonical(parts))


def texts_fit(entry: Json) -> bool:
    """Whether each text beside the chain is the one that the entry holds the salted commitment to."""
    return all(
        entry["detail"][name] == {"commitment": digest("fairdue audit text v1", salt.encode(), text.encode())}
        for name, (salt, text) in entry.get("texts", {}).items()
    )


def said_in(entry: Json, name: str) -> object:
    """What an entry says under a name: in the chain itself, or in a text that fits its commitment."""
    beside = entry.get("texts", {}).get(name)
    return json.loads(beside[1]) if beside else entry["detail"].get(name)


def link(previous: str, sequence: int, content: str) -> str:
    """The hash of an entry on top of the chain before it."""
    return digest("fairdue link v1", previous.encode(), str(sequence).encode(), content.encode())


def message_hash(message: Json) -> str:
    """The hash over what left: recipient, subject, bodies, attachments, claims, Message-ID."""
    names = (
        "step_key", "channel", "language", "recipient_name", "recipient_email", "subject", "body_text", "body_html",
        "attachments", "claim_items", "message_id",
    )  # fmt: skip
    return digest("fairdue outbox v1", canonical([message[name] for name in names]))


# 3. The checks.


class Report:
    """What was checked: ``(key of WORDS, whether it holds, a detail)``. None: cannot be told from the file; ``ERASED``: what would
    be checked was erased with a person, and its hash stands.
    """

    def __init__(self) -> None:
        self.lines: list[tuple[str, bool | str | None, str]] = []

    def say(self, key: str, holds: bool | str | None, detail: str = "") -> None:
        """Add a finding."""
        self.lines.append((key, holds, detail))

    @property
    def refuted(self) -> bool:
        """Whether any check failed."""
        return any(holds is False for _key, holds, _detail in self.lines)


def read_manifest(pdf: Pdf) -> Json:
    """Give the manifest. Raises NoProofError."""
    data = pdf.files[MANIFEST]
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise NoProofError("no_manifest") from None
    if not isinstance(found, dict) or canonical(found) != data:
        raise NoProofError("no_manifest")
    erased = isinstance(found.get("core"), dict) and "erased" in found["core"]
    if found.get("format") != (FORMAT_ERASED if erased else FORMAT):
        raise NoProofError("no_manifest")
    return found


def verify(data: bytes, heads: dict[int, str] | None = None) -> tuple[int, Report]:
    """Check a proof file against itself and the given heads (sequence to hash). Raises NoProofError."""
    pdf, report = Pdf(data), Report()
    manifest = read_manifest(pdf)
    try:
        known = _chain(manifest, report)
        last = manifest["entries"][str(max(known))]
        _sealed(pdf, manifest, last, known, report)
        _notice(pdf, manifest, report)
        compared = _heads(known, heads or {}, report)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        raise NoProofError("no_manifest") from None
    if report.refuted:
        return REFUTED, report
    return (CONFIRMED if compared else INTACT), report


def _chain(manifest: Json, report: Report) -> dict[int, str]:
    """Rebuild the chain: every entry shown must be the one that was sealed. Gives the head after each sequence."""
    chain, entries = manifest["chain"], manifest["entries"]
    if set(manifest) != {"format", "chain", "core", "entries"} or set(chain) != {"first", "previous", "content_hashes"}:
        raise ValueError
    first, head, known = int(chain["first"]), str(chain["previous"]), {}
    contents: list[str] = chain["content_hashes"]
    for sequence, content in enumerate(contents, start=first):
        head = known[sequence] = link(head, sequence, content)
    shown = all(
        str(int(number)) == number
        and content_hash(entry) == contents[int(number) - first]
        and int(number) >= first
        and texts_fit(entry)
        for number, entry in entries.items()
    )
    fields = {"company_id", "at", "actor", "action", "subject", "detail"}
    one = len({entry["company_id"] for entry in entries.values()}) == 1
    report.say(
        "chain",
        shown and one and all(set(entry) - {"texts"} == fields for entry in entries.values()),
        str(len(entries)),
    )
    return known


def _sealed(pdf: Pdf, manifest: Json, last: Json, known: dict[int, str], report: Report) -> None:
    """Hold the file against the last entry, which was sealed when the file was made and names all that is in it."""
    said = last["detail"]
    report.say("proof_entry", last["action"] == "prove")
    report.say("frame", said["frame_sha256"] == pdf.frame())
    report.say("core", said["core_sha256"] == hashlib.sha256(canonical(manifest["core"])).hexdigest())
    report.say("entries", said["entries"] == sorted(int(n) for n in manifest["entries"])[:-1])
    files = {name: hashlib.sha256(data).hexdigest() for name, data in pdf.files.items() if name != MANIFEST}
    report.say("files", said["files"] == files, str(len(files)))
    report.say("anchors", all(known.get(number, "") == head for number, head, _place in said["anchors"]))


def _notice(pdf: Pdf, manifest: Json, report: Report) -> None:
    """Hold the notice, its message and its policy against what was sealed when they came about."""
    core = manifest["core"]
    entries = [entry for _number, entry in sorted(manifest["entries"].items(), key=lambda one: int(one[0]))]
    notice, message, files = core["notice"], core["message"], pdf.files
    gone = _erased(core, entries, report)
    release = [one for one in entries if one["action"] == "release" and one["detail"].get("notice") == notice["id"]]
    report.say("released", len(release) == 1)
    said = release[0]["detail"] if release else {}
    agree = [said.get(name) == notice[other] for name, other in RELEASED.items()]
    report.say("release_says", bool(said) and all(agree))
    for name, value in (("facts_sha256", hashlib.sha256(canonical(notice["facts"])).hexdigest()),
                        ("policy_sha256", core["policy"]["sha256"])):  # fmt: skip
        if name == "facts_sha256" and "facts" in gone:
            report.say(name, ERASED, str(said.get(name, ""))[:16])
            continue
        report.say(name, (said[name] == value) if name in said else None)
    _same(report, "letter", files, core["files"], notice["pdf_sha256"], gone=gone)
    _same(report, "policy", files, core["files"], core["policy"]["sha256"])
    if message is None:
        report.say("message", None)
        return
    holds = ERASED if "message" in gone else message_hash(message) == message["content_sha256"]
    report.say("message", holds, message["content_sha256"][:16] if holds == ERASED else "")
    for item in message["attachments"]:
        _same(report, "attachment", files, core["files"], item["sha256"], item["file_name"], gone=gone)
    queued = [one for one in entries if one["action"] == "queue"]
    leaf = hashlib.sha256(b"\x00" + message["content_sha256"].encode()).hexdigest()
    single = [one for one in queued if one["detail"].get("count") == 1]
    report.say("queued", any(one["detail"]["merkle_root"] == leaf for one in single) if single else None)
    handed = [one for one in entries if one["action"] == "hand_over"]
    fits = [
        one["detail"].get("content") == message["content_sha256"]
        and ("evidence" in gone or said_in(one, "evidence") == message["evidence"])
        for one in handed
    ]
    left = message["state"] in ("handed_over", "bounced") and bool(handed)
    report.say("handed_over", (all(fits) and len(handed) == 1) if left else (False if handed else None))
    if "evidence" in gone:
        report.say("evidence", ERASED)


TEXTS = ("recipient_name", "recipient_email", "subject", "body_text", "body_html")
"""What a message says to and of a person."""


def _erased(core: Json, entries: list[Json], report: Report) -> frozenset[str]:
    """Give what was erased: parts by name, files by hash. Only an erasure of the debtor or of a contact that the chain holds, later
    than the release, makes a part erased; and what is erased must say nothing any more, lest a changed text pass as an erased one.
    """
    if "erased" not in core:
        return frozenset()
    gone, message = frozenset(core["erased"]), core["message"] or {}
    actions = [one["action"] for one in entries]
    told = any(
        one["action"] == "erase"
        and "letter" in one["detail"].get("clocks", ())
        and (one["subject"] == f"customer:{core['customer']['id']}" or one["subject"].startswith("contact:"))
        and "release" in actions[:place]
        for place, one in enumerate(entries)
    )
    silent = (
        ("facts" not in gone or core["notice"]["facts"] == {})
        and ("message" not in gone or all(message[name] in ("", "[erased]") for name in TEXTS))
        and ("evidence" not in gone or message["evidence"] == {})
        and not gone & set(core["files"])
    )
    report.say("erased", told and silent and bool(gone))
    return gone


RELEASED = {"step": "step_key", "payable": "payable_minor", "currency": "currency", "pdf_sha256": "pdf_sha256"}
"""What the release's entry says, and the field of the notice that must say the same."""


def _same(
    report: Report, key: str, files: dict[str, bytes], names: dict[str, str], sha256: str, told: str = "",
    gone: frozenset[str] = frozenset(),
) -> None:  # fmt: skip
    """Hold a file inside against the hash that the record gives; a file that is not inside cannot be checked."""
    name = names.get(sha256)
    if sha256 in gone:
        report.say(key, ERASED, told or sha256[:16])
        return
    holds = None if name is None else hashlib.sha256(files.get(name, b"")).hexdigest() == sha256
    report.say(key, holds, told or sha256[:16])


def _heads(known: dict[int, str], heads: dict[int, str], report: Report) -> bool:
    compared = {number: head for number, head in heads.items() if number in known}
    for number, head in sorted(compared.items()):
        report.say("head", known[number] == head, str(number))
    if not compared:
        told = f"{min(known)}–{max(known)}"
        report.say("no_head" if not heads else "head_elsewhere", None, told)
    return bool(compared)


# 4. The words.

WORDS: dict[str | int, tuple[str, str]] = {
    "too_large": ("The file is larger than 512 MB.", "文件超过 512 MB。"),
    "shape": ("This is no proof file as it was written: changed, or another PDF.", "这不是原样的证明文件：已被改动，或是其他 PDF。"),
    "no_manifest": ("The file holds no manifest that can be read.", "文件中没有可读的清单。"),
    "chain": ("The entries of the audit log are those that were sealed", "审计日志条目与封存时一致"),
    "proof_entry": ("The chain ends with the making of this file", "链以本文件的制作为终点"),
    "frame": ("Pages and files are those that were sealed", "页面和文件与封存时一致"),
    "core": ("Notice, message and policy are those that were sealed", "通知、消息和策略与封存时一致"),
    "entries": ("No entry was added or left out", "条目没有增减"),
    "files": ("The files inside are those that were named", "内含文件与所列文件一致"),
    "anchors": ("The chain runs through the heads that were written down before", "链经过此前记下的各个链头"),
    "released": ("The notice was released once", "通知只放行过一次"),
    "release_says": ("Step, amount, currency and letter are those of the release", "步骤、金额、货币和信函与放行时一致"),
    "facts_sha256": ("Every figure of the letter is that of the release", "信函中的每个数字与放行时一致"),
    "policy_sha256": ("The policy is that of the release", "策略与放行时一致"),
    "letter": ("The letter has the hash of the record", "信函的哈希与记录一致"),
    "policy": ("The text of the policy has the hash of the record", "策略文本的哈希与记录一致"),
    "message": ("The message has the hash of the record", "消息的哈希与记录一致"),
    "attachment": ("The attachment has the hash of the record", "附件的哈希与记录一致"),
    "queued": ("The message is the one that was queued", "消息就是当时排队的那一条"),
    "handed_over": ("The hand-over was recorded for exactly this message", "移交记录正是针对这条消息"),
    "erased": ("What is missing was erased with a person, as an entry says", "缺失的部分已随个人信息依法删除，有条目为证"),
    "evidence": ("The evidence of the hand-over", "移交凭据"),
    "head": ("The chain has the head that you gave", "链头与您给出的一致"),
    "no_head": ("No head was given; one of these sequences would do", "未给出链头；以下序号之一即可"),
    "head_elsewhere": ("The heads given lie outside this file; it covers", "给出的链头不在本文件范围内；本文件涵盖"),
    "yes": ("yes", "是"),
    "no": ("NO", "否"),
    "open": ("cannot be told", "无法判断"),
    "gone": ("erased", "已删除"),
    "parts_gone": ("Parts marked as erased went with a person, by law; their hashes stand in the chain.",
        "标为已删除的部分已依法随个人信息删除；其哈希仍在链中。",
    ),
    CONFIRMED: ("CONFIRMED: unchanged, and anchored in the head that you gave.", "已证实：未被改动，且与您给出的链头相连。"),
    REFUTED: ("REFUTED: the file was changed, or was never true.", "已否定：文件被改动过，或本来就不真实。"),
    UNREADABLE: ("NOT A PROOF.", "不是证明文件。"),
    INTACT: ("INTACT: nothing contradicts itself. Give a head that was kept elsewhere to confirm it.",
        "完好：没有自相矛盾之处。请给出保存在别处的链头以便证实。",
   ),
}  # fmt: skip


def told(key: str | int, language: str) -> str:
    """Give a text in English or Chinese."""
    return WORDS[key][language.startswith("zh")]


def lines_of(report: Report, language: str) -> list[str]:
    """Give the findings as lines."""
    marks: dict[bool | str | None, str] = {
        True: told("yes", language), False: told("no", language), None: told("open", language), ERASED: told("gone", language),
    }  # fmt: skip
    found = [
        f"{marks[holds]:>14}  {told(key, language)}{f' ({detail})' if detail else ''}"
        for key, holds, detail in report.lines
    ]
    return (
        [*found, "", told("parts_gone", language)] if any(holds == ERASED for _k, holds, _d in report.lines) else found
    )


def _given(heads: list[str], paths: list[Path]) -> dict[int, str]:
    found: dict[int, str] = {}
    for text in heads:
        match = HEAD_RE.fullmatch(text.strip())
        if match is None:
            raise ValueError(text)
        found[int(match[1])] = match[2]
    for path in paths:
        stored = json.loads(path.read_text(encoding="utf-8"))
        found[int(stored["sequence"])] = str(stored["head"])
    return found


def main(arguments: list[str] | None = None) -> int:
    """Check a file named on the command line, print what was found, and give the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--head", action="append", default=[], metavar="SEQUENCE:HASH")
    parser.add_argument("--head-file", action="append", default=[], type=Path)
    parser.add_argument("--language", choices=("en", "zh"), default=(locale.getlocale()[0] or "en")[:2])
    given = parser.parse_args(arguments)
    language = given.language if given.language in ("en", "zh") else "en"
    try:
        heads = _given(given.head, given.head_file)
    except (OSError, ValueError, KeyError, TypeError) as error:
        parser.error(f"--head: {error}")
    try:
        code, report = verify(given.file.read_bytes(), heads)
    except OSError as error:
        sys.stderr.write(f"{error}\n")
        return UNREADABLE
    except NoProofError as error:
        sys.stderr.write(f"{told(str(error), language)}\n{told(UNREADABLE, language)}\n")
        return UNREADABLE
    sys.stdout.write("\n".join([*lines_of(report, language), "", told(code, language), ""]))
    return code


if __name__ == "__main__":
    sys.exit(main())
