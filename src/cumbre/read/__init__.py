"""Articles to coded events, English and Spanish, offline.

The default coder needs no model file, no network and no key. Every event shows its quote, and the quote is really there:
`document.text[event.start:event.end] == event.quote`. Nothing enters a case unseen: `read` and `propose` only propose,
`accept` writes.
"""

from cumbre.read.dedup import merge
from cumbre.read.documents import Document, ProposedEvent, code_document, code_text
from cumbre.read.draft import Draft, draft
from cumbre.read.llm import Reader, Usage
from cumbre.read.reading import read, run
from cumbre.read.review import Accepted, Proposal, accept, correct, propose, read_decisions, reject

__all__ = [
    "Accepted",
    "Document",
    "Draft",
    "Proposal",
    "ProposedEvent",
    "Reader",
    "Usage",
    "accept",
    "code_document",
    "code_text",
    "correct",
    "draft",
    "merge",
    "propose",
    "read",
    "read_decisions",
    "reject",
    "run",
]
