"""Find a word wherever something can be stored: every column of every table, every object, every key of Valkey."""

from __future__ import annotations

from typing import Any

from django.db import connection

from ai_routing import retention, streams
from ai_routing.models import PromptRecord
from content.media import storage


def in_tables(*words: str) -> list[str]:
    """Return the tables in which a row has one of the words, as text or in the bytes of a column."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables"
            " WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY table_name"
        )
        names = [row[0] for row in cursor.fetchall()]
        for name in names:
            for word in words:
                patterns = [f"%{word}%", f"%{word.encode().hex()}%"]
                cursor.execute(
                    f'SELECT count(*) FROM "{name}" t WHERE lower(t::text) LIKE ANY (%s)',
                    [[pattern.lower() for pattern in patterns]],
                )
                if cursor.fetchone()[0]:
                    found.append(f"{name}: {word}")
    return found


def in_prompts(*words: str) -> list[int]:
    return [
        record.pk
        for record in PromptRecord.objects.order_by("pk")
        if any(word in message.content for message in retention.reveal(record) for word in words)
    ]


def in_objects(*words: str, besides: dict[str, int]) -> list[str]:
    """Return the keys of the bucket that have one of the words, in themselves or in their bytes.

    `besides` is what `storage.sizes` told before the test: what other tests left, and is as it was, is not read.
    """
    found = []
    for key, size in storage.sizes("").items():
        if besides.get(key) == size:
            continue
        try:
            data = storage.bytes_of(key)
        except storage.AWAY:
            # Another test process has deleted it meanwhile.
            continue
        if any(word in key or word.encode() in data for word in words):
            found.append(key)
    return found


def in_valkey(*words: str) -> list[str]:
    valkey = streams.valkey()
    return [key for key in valkey.scan_iter() if any(word in f"{key}{everything(valkey, key)}" for word in words)]


def everything(valkey: Any, key: str) -> str:
    """Return what stands under a key, whatever kind it is of; bytes that are no text as Python writes them."""
    match valkey.type(key):
        case "stream":
            return str(valkey.xrange(key))
        case "hash":
            return str(valkey.hgetall(key))
        case "list":
            return str(valkey.lrange(key, 0, -1))
        case "set":
            return str(valkey.smembers(key))
        case "zset":
            return str(valkey.zrange(key, 0, -1))
    raw = streams.client(5)
    raw.connection_pool.connection_kwargs["decode_responses"] = False
    return str(raw.get(key))
