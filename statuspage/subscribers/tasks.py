"""Thin doors for whoever keeps time: Celery's beat, or the embedded clock. Harmless to run twice, or late."""

from celery import shared_task

from statuspage.publishing.waking import wake_soon
from statuspage.subscribers import answering, delivery, forgetting


@shared_task
def fan_out() -> None:
    """Write down who is to be told of what was announced, and wake whoever tells them.

    One sender begins with the first, and another joins it once all are written down. More of them would only stand in
    the way of what is announced next.
    """
    if delivery.fan_out(once_begun=_wake_senders):
        _wake_senders()


@shared_task
def drain_mail() -> bool:
    """Tell by mail whoever is due; tells whether more may be."""
    more = delivery.drain_mail()
    if more:
        wake_soon(drain_mail.name)
    return more


@shared_task
def drain_hooks() -> bool:
    """Tell hooks what is due to them; tells whether more may be."""
    more = delivery.drain_hooks()
    if more:
        wake_soon(drain_hooks.name)
    return more


@shared_task
def answer_sign_ups() -> None:
    """Mail a link to whoever asked to be told."""
    answering.answer_sign_ups()


@shared_task
def purge() -> None:
    """Forget who never confirmed, who left long ago, and who followed what is over."""
    forgetting.purge()


def _wake_senders() -> None:
    for task in (drain_mail, drain_hooks):
        wake_soon(task.name)
