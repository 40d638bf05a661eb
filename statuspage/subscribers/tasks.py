"""Thin doors for whoever keeps time: Celery's beat, or the embedded clock. Harmless to run twice, or late."""

from celery import shared_task

from statuspage.publishing.waking import wake_soon
from statuspage.subscribers import answering, delivery, forgetting


@shared_task
def fan_out() -> None:
    """Write down who is to be told of what was announced, and wake whoever tells them."""
    if delivery.fan_out():
        # Two: one for each sender that there may be. More of them would only find nothing to do.
        for task in (drain_mail, drain_mail, drain_hooks):
            wake_soon(task.name)


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
