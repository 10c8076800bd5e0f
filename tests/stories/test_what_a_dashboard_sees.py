"""`/metrics`: how the line stands, in figures that a machine reads, and nothing of anybody in them."""

from __future__ import annotations

from httpx2 import Response
from prometheus_client.parser import text_string_to_metric_families

from tests.hotline import Hotline
from tests.marks import ON_ONE_DATABASE
from tests.people import A_STRANGER, ANNA

pytestmark = ON_ONE_DATABASE

TOKEN = "a-token-of-the-dashboard"


def test_a_case_is_seen_to_wait_and_to_be_reached(hotline: Hotline) -> None:
    hotline.text_from(A_STRANGER, "hej")
    hotline.work()
    assert (seen(hotline, "dygnet_waiting"), seen(hotline, "dygnet_reached")) == (1, 0)
    hotline.record_contact("anna")
    assert (seen(hotline, "dygnet_waiting"), seen(hotline, "dygnet_reached")) == (0, 1)


def test_each_answer_is_counted_by_its_door_and_its_status_with_its_seconds(hotline: Hotline) -> None:
    hotline.call_from(A_STRANGER)
    hotline.doors.post("/carrier/voice")
    hotline.doors.get("/sv/contact")
    hotline.doors.get("/nowhere")

    assert seen(hotline, "dygnet_answer_seconds_count", surface="carrier", status="200") >= 1
    assert seen(hotline, "dygnet_answer_seconds_count", surface="carrier", status="403") == 1
    assert seen(hotline, "dygnet_answer_seconds_count", surface="public", status="200") == 1
    assert seen(hotline, "dygnet_answer_seconds_count", surface="public", status="404") == 1
    assert seen(hotline, "dygnet_answer_seconds_bucket", surface="carrier", status="403", le="15.0") == 1
    assert seen(hotline, "dygnet_answer_seconds_sum", surface="carrier", status="403") > 0


def test_a_silent_engine_and_a_late_step_are_figures(hotline: Hotline) -> None:
    hotline.work()
    hotline.kill_the_engine()
    hotline.text_from(A_STRANGER, "hej")
    hotline.fast_forward(minutes=4)
    assert seen(hotline, "dygnet_last_round_age_seconds") >= 240
    hotline.restart()
    assert seen(hotline, "dygnet_worst_lateness_seconds") == 240
    assert seen(hotline, "dygnet_engine_steps_total") >= 1


def test_nothing_of_whoever_called_stands_in_any_of_it(hotline: Hotline) -> None:
    hotline.call_from(A_STRANGER)
    hotline.work()
    told = metrics(hotline)
    assert told.status_code == 200
    known = {A_STRANGER, ANNA, hotline.case().reference, "anna"}
    assert [word for word in known if word.lstrip("+") in told.text] == []


def metrics(hotline: Hotline) -> Response:
    hotline.app.health.state.metrics_token = TOKEN
    return hotline.doors.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})


def seen(hotline: Hotline, name: str, **labels: str) -> float:
    """The one sample of this name and with these labels."""
    families = text_string_to_metric_families(metrics(hotline).text)
    samples = [sample for family in families for sample in family.samples]
    (value,) = [one.value for one in samples if one.name == name and one.labels == labels]
    return value
