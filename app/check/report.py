"""What the preflight found: for a person to read, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Final
from xml.etree import ElementTree as ET

from app.intake.fallback import Document
from app.oncall.preflight import Finding as Finding

HOW_TO_KEEP: Final = (
    "Make each a TwiML Bin, in this order, in the region of the number. The carrier gives it an address: write the",
    "address of document 1 into document 2, and that of document 2 into document 3, where each says address-of. Set",
    "the address of document 3 as the number's fallback for calls. Do it again whenever the standing chain changes.",
)


@dataclass
class Report:
    """What was found. With a look at the carrier also what remains to be looked at, and the documents to keep there."""

    findings: list[Finding] = field(default_factory=list)
    by_hand: list[str] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """More findings, the serious first, none twice."""
        self.findings += [finding for finding in findings if finding not in self.findings]
        self.findings.sort(key=lambda finding: not finding.serious)

    def as_json(self) -> str:
        """A list of findings; with a look at the carrier, an object."""
        told = asdict(self)
        return json.dumps(told if self.by_hand else told["findings"], ensure_ascii=False, indent=2)

    def read_out(self) -> str:
        """For a person."""
        lines = [f"{'!' if one.serious else '-'} {one.what}\n  {one.do}" for one in self.findings] or ["all is well"]
        if self.by_hand:
            lines += ["", "Nobody can read this from here. Look at it by hand:"]
            lines += [f"- {each}" for each in self.by_hand]
        for place, document in enumerate(self.documents, start=1):
            lines += [
                "",
                f"Document {place} to keep at the carrier, {document.name}: {document.what}.",
                _laid_out(document.twiml),
            ]
        return "\n".join([*lines, "", *HOW_TO_KEEP] if self.documents else lines)


def _laid_out(twiml: str) -> str:
    """The document with a line for each verb, as a person likes to paste it."""
    root = ET.fromstring(twiml)  # noqa: S314 - we have just written it
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")
