"""The model that would answer, as far as can be told without asking it anything."""

from agent.auth.model_keys import KeyLookup, ModelKeys
from agent.auth.vault import Vault
from agent.doctor.case import Case
from agent.doctor.finding import Finding, Outcome
from agent.model.check_embedded import is_fetched
from agent.model.embedded import is_available
from agent.model.embedded.weights import QWEN_CODER
from agent.model.listing import NO_KEY, list_models
from agent.model.selection import Choice, Kind, choose_model, no_key
from agent.wording.addresses import shown_address

MODEL = "model"
_SECONDS = 5.0
_DEEPER = "astravue model test"


async def check_model(vault: Vault, case: Case) -> Finding:
    """Say which model would answer, and whether its endpoint takes the key and lists it.

    Args:
        vault: Where keys are kept.
        case: What is looked at.

    Raises:
        ModelError: No model can be chosen.
    """
    warnings: list[str] = []
    # A key that is given needs no vault.
    stored_key = no_key if case.settings.api_key else KeyLookup(ModelKeys(vault), warnings.append)
    choice = await choose_model(case.settings, embedded_available=is_available, stored_key=stored_key)
    finding = _check_embedded(choice, case) if choice.kind is Kind.EMBEDDED else await _check_endpoint(choice)
    if warnings and finding.outcome is Outcome.OK:
        return Finding(MODEL, Outcome.WARNING, f"{finding.text}; {warnings[0]}", "See the line on the vault.")
    return finding


def _check_embedded(choice: Choice, case: Case) -> Finding:
    size = f"{QWEN_CODER.size / 1e9:.2f} GB"
    text = f"embedded ({choice.reason}), {QWEN_CODER.name}"
    if is_fetched(case.folders):
        return Finding(MODEL, Outcome.OK, f"{text}, fetched; `{_DEEPER}` starts it")
    return Finding(
        MODEL,
        Outcome.WARNING,
        f"{text}, not fetched yet ({size}); the first question would wait for it",
        "Run `astravue model fetch`.",
    )


async def _check_endpoint(choice: Choice) -> Finding:
    listing = await list_models(choice.base_url, api_key=choice.api_key, seconds=_SECONDS)
    address = shown_address(choice.base_url)
    where = f"{choice.name} at {address} ({choice.reason})"
    if listing.knows(choice.name):
        key = "no key" if choice.api_key == NO_KEY else "key accepted"
        return Finding(MODEL, Outcome.OK, f"{where}, {key}, listed; `{_DEEPER}` asks it something small")
    if listing.names:
        return Finding(
            MODEL,
            Outcome.WARNING,
            f"{where}, which is not among the {len(listing.names)} models listed there",
            f"Choose another: `astravue model list`. Or see whether it answers: `{_DEEPER}`.",
        )
    if listing.may_answer:
        return Finding(MODEL, Outcome.WARNING, f"{where}, which {listing.problem}", f"Run `{_DEEPER}`.")
    return Finding(MODEL, Outcome.PROBLEM, f"{address} {listing.problem}", listing.hint)
