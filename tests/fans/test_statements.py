"""Statements: read whatever they look like, tried before anything is written, never counted twice, taken back whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from analytics.models import Event
from fans.models import Earning, EarningImport, Fan
from fans.statements import columns, files, reading, rows

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
FILE = """Date,Username,Amount,Fee,Type
2026-03-02 09:30,mia,10.00,2.00,Tip
2026-03-02 09:30,mia,10.00,2.00,Tip
2026-03-05,Noah,9.99,2.00,Recurring subscription
yesterday,Noah,9.99,2.00,Tip
2026-03-06,Noah,-9.99,0,Refund
"""
COLUMNS = {
    "when": "Date",
    "payer": "Username",
    "gross": "Amount",
    "fee": "Fee",
    "source": "Type",
    "for_all_platform": "fansly",
    "for_all_currency": "usd",
    "for_all_source": "other",
    "order": "day",
}


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("12.50", 1_250),
        ("12,50", 1_250),
        ("$1,234.56", 123_456),
        ("1.234,56 €", 123_456),
        ("1 234,56", 123_456),
        ("1,234", 123_400),
        ("1,234,567", 123_456_700),
        ("-3.20", -320),
        ("(3.20)", -320),
        ("−3,2", -320),
        ("7", 700),
        (".5", 50),
        ("", None),
    ],
)
def test_amounts_are_read_in_every_way_they_are_written(text: str, cents: int | None) -> None:
    assert rows.cents(text, "amount") == cents


@pytest.mark.parametrize("text", ["abc", "1.2345", "--", "0.12345"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(rows.Wrong):
        rows.cents(text, "amount")


@pytest.mark.parametrize(
    ("text", "month_first", "at"),
    [
        ("2026-03-02T09:30:00Z", False, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("2026-03-02 09:30:00 UTC", False, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        ("2026-03-02 09:30", False, datetime(2026, 3, 2, 9, 30, tzinfo=PARIS)),
        ("2026-03-02", False, datetime(2026, 3, 2, tzinfo=PARIS)),
        ("02/03/2026", False, datetime(2026, 3, 2, tzinfo=PARIS)),
        ("02/03/2026", True, datetime(2026, 2, 3, tzinfo=PARIS)),
        ("2.3.2026 09:30", False, datetime(2026, 3, 2, 9, 30, tzinfo=PARIS)),
        ("Mar 2, 2026", False, datetime(2026, 3, 2, tzinfo=PARIS)),
        ("Mar 2, 2026, 9:30 PM", False, datetime(2026, 3, 2, 21, 30, tzinfo=PARIS)),
    ],
)
def test_dates_are_read_in_every_way_they_are_written(text: str, month_first: bool, at: datetime) -> None:
    assert rows.moment(text, PARIS, month_first=month_first) == at


@pytest.mark.parametrize("text", ["", "yesterday", "32/01/2026", "2026-02-30", "0001-01-01"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(rows.Wrong):
        rows.moment(text, PARIS, month_first=False)


@pytest.mark.parametrize(
    ("told", "amounts"),
    [
        ({"gross": "10", "fee": "2"}, (1_000, 200)),
        ({"gross": "10", "fee": "-2"}, (1_000, 200)),
        ({"gross": "10", "net": "8"}, (1_000, 200)),
        ({"net": "8", "fee": "2"}, (1_000, 200)),
        ({"net": "8"}, (800, 0)),
        ({"gross": "10"}, (1_000, 0)),
    ],
)
def test_two_of_gross_fee_and_net_are_enough(told: dict[str, str], amounts: tuple[int, int]) -> None:
    assert rows.amounts(told) == amounts


def test_columns_are_guessed_by_what_they_are_called() -> None:
    names = ["id", "Created date (UTC)", "Amount", "Fee", "Currency", "Customer Email"]
    assert columns.guessed(names) == {
        "when": "Created date (UTC)",
        "gross": "Amount",
        "fee": "Fee",
        "payer": "Customer Email",
        "currency": "Currency",
        "reference": "id",
    }


@pytest.mark.parametrize("data", [b"", b"one line", b"a,b\n", b"\x00\x01\x02\n\x03", b"nothing\nto\nsee"])
def test_what_is_no_table_is_refused(alice: User, data: bytes) -> None:
    with pytest.raises(files.NoTable):
        files.keep(alice, "x.csv", data, now=NOW)


@pytest.mark.parametrize("data", [b"a,b\n" + b"1,2\n" * 2_001, b"a,b\n" + b"x" * files.MOST_BYTES])
def test_what_is_too_large_is_refused(alice: User, data: bytes) -> None:
    with pytest.raises(files.TooLarge):
        files.keep(alice, "x.csv", data, now=NOW)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_encoding_and_separator_is_read(encoding: str) -> None:
    found = files.table(files.decoded("Date;Montant;Nom\n02/03/2026;12,50;Zoé\n".encode(encoding)))
    assert (list(found.columns), list(found.rows[0])) == (["Date", "Montant", "Nom"], ["02/03/2026", "12,50", "Zoé"])


def kept(user: User, text: str = FILE) -> EarningImport:
    row = files.keep(user, "march.csv", text.encode(), now=NOW)
    reading.set_columns(row, dict(COLUMNS))
    return row


class TestReading:
    def test_trying_writes_nothing_and_tells_all(self, alice: User) -> None:
        tried = reading.tried(kept(alice), now=NOW)
        assert (len(tried.new), tried.known, tried.sums) == (3, 0, [("usd", 2_399)])
        assert [(fault.number, fault.code) for fault in tried.faults] == [(5, "when"), (6, "negative")]
        assert not Earning.objects.exists()
        assert not Fan.objects.exists()

    def test_reading_in_adds_what_was_tried_with_who_paid(self, alice: User) -> None:
        done = reading.take_in(kept(alice), now=NOW)
        assert (done.added, done.known, done.wrong, done.state) == (3, 0, 2, "done")
        assert set(Earning.objects.values_list("source", flat=True)) == {"tip", "renewal"}
        assert dict(Fan.objects.values_list("name", "payments")) == {"mia": 2, "Noah": 1}
        assert Event.objects.filter(user=alice, event="earning.recorded").count() == 3
        with pytest.raises(reading.NotNow):
            reading.take_in(done, now=NOW)

    def test_the_same_statement_again_adds_nothing_and_a_longer_one_the_rest(self, alice: User) -> None:
        reading.take_in(kept(alice), now=NOW)
        assert reading.take_in(kept(alice), now=NOW).added == 0
        longer = reading.take_in(kept(alice, FILE + "2026-03-07,Noah,5.00,1.00,Tip\n"), now=NOW)
        assert (longer.added, longer.known) == (1, 3)
        assert Earning.objects.count() == 4
        assert Fan.objects.count() == 2

    def test_a_whole_statement_is_taken_back_and_can_be_added_again(self, alice: User, bob: User) -> None:
        reading.take_in(kept(bob), now=NOW)
        row = reading.take_in(kept(alice), now=NOW)
        assert reading.undo(row, now=NOW) == 3
        assert set(Fan.objects.filter(user=alice).values_list("payments", flat=True)) == {0}
        assert Event.objects.filter(user=alice, event="earning.removed").count() == 3
        assert not Event.objects.filter(user=bob, event="earning.removed").exists()
        with pytest.raises(reading.NotNow):
            reading.undo(row, now=NOW)
        assert reading.take_in(row, now=NOW).added == 3

    def test_the_next_statement_of_its_make_is_read_alike(self, alice: User, bob: User) -> None:
        reading.take_in(kept(alice), now=NOW)
        again = files.keep(alice, "april.csv", FILE.encode(), now=NOW)
        assert (again.mapping, again.state) == (COLUMNS, "ready")
        assert files.keep(bob, "april.csv", FILE.encode(), now=NOW).state == "mapping"

    def test_files_are_forgotten_and_what_was_read_stays(self, alice: User) -> None:
        row = reading.take_in(kept(alice), now=NOW)
        assert files.forget_files(NOW, 10) == 0
        assert files.forget_files(NOW + files.KEPT, 10) == 1
        row.refresh_from_db()
        assert (row.text, row.added) == ("", 3)

    def test_two_thousand_rows_take_few_queries(self, alice: User, django_assert_max_num_queries: Any) -> None:
        lines = "".join(f"2026-03-{n % 28 + 1:02},fan{n % 700},{n % 90 + 1}.00,0.50,Tip\n" for n in range(2_000))
        row = kept(alice, "Date,Username,Amount,Fee,Type\n" + lines)
        with django_assert_max_num_queries(25):
            assert reading.take_in(row, now=NOW).added == 2_000


class TestPages:
    def upload(self, client: Client, data: bytes = FILE.encode()) -> Any:
        return client.post("/app/fans/earnings/import", {"file": SimpleUploadedFile("march.csv", data)})

    def test_from_the_file_to_the_books_and_back(self, client: Client, alice: User) -> None:
        client.force_login(alice)
        url = self.upload(client)["Location"]
        page = client.get(url).text
        assert "What would come of it" not in page.split("<form")[0]
        assert client.post(url, {"when": "Date"}).status_code == 422
        client.post(url, COLUMNS)
        page = client.get(url).text
        assert "Add 3 payments" in page
        assert "The date cannot be read." in page
        client.post(f"{url}/take-in")
        assert Earning.objects.count() == 3
        body = client.get(f"{url}/wrong").getvalue().decode()
        assert "yesterday,Noah,9.99,2.00,Tip,The date cannot be read." in body
        assert "Take all of it back" in client.get(url).text
        client.post(f"{url}/take-back")
        assert "Add it again" in client.get(url).text
        assert "march.csv" in client.get("/app/fans/earnings/import").text

    @pytest.mark.parametrize("data", [b"nothing", b"a,b\n" + b"1,2\n" * 2_001])
    def test_a_file_that_is_none_is_told_so(self, client: Client, alice: User, data: bytes) -> None:
        client.force_login(alice)
        assert self.upload(client, data).status_code == 422
        assert not EarningImport.objects.exists()
