"""Articles to coded events, English and Spanish, offline.

The default coder needs no model file, no network and no key. Every event shows its quote, and the quote is really there:
`document.text[event.start:event.end] == event.quote`. Nothing enters a case unseen: `read` and `propose` only propose,
`accept` writes.
"""

from cumbre.read.documents import Document, ProposedEvent, code_document, code_text

__all__ = ["Document", "ProposedEvent", "code_document", "code_text"]
