"""The English words of faults in policies, approval, channels and messages."""

from __future__ import annotations

EN_WARNING: dict[str, tuple[str, str]] = {
    # policies and channels
    "no_channel": ("there is no channel '{name}'", "{choice}"),
    "no_kind": ("there is no kind of channel '{name}'", "{choice}"),
    "push_reach": (
        "no reach may be promised of '{name}': push services are others', and may be out of reach",
        "leave it out; what pages prove counts all the same (`proof: person`)",
    ),
    "push_alone": (
        "'{name}' pushes to a page that would not show the warning",
        "name a channel of kind app beside it",
    ),
    "nowhere": ("a warning would go nowhere", "name a channel, or write `issue: never`"),
    "renew": (
        "{renew} is not shorter than the validity of {validity}",
        "a warning must be renewed before it expires",
    ),
    "policy_unused": (
        "is never used: the policies above it take all its hazards",
        "put it above them, or remove it",
    ),
    "no_policy": (
        "no policy says what happens to {hazard} warnings",
        "add a policy for it; `issue: never` keeps them inside",
    ),
    "never_issued": (
        "nobody is warned of {hazard}: it only serves `chains`",
        "take it out of this policy",
    ),
    # people, approval and silence
    "digest": (
        "is no digest of a token",
        "paste what `tongluo operator NAME` prints; the token itself never stands here",
    ),
    "approve_missing": (
        "{level} must be approved, and nothing says by whom",
        "add an `approve:` block with `who:`",
    ),
    "no_person": ("'{name}' is no operator, and nobody holds such a role", "{choice}"),
    "contact_number": (
        "a number or an address of a person does not belong here",
        "write a name, and the number beside it in the channel's list of `staff`",
    ),
    "contact_register": (
        "'{name}' finds nobody by a role of the register",
        "write `register:ROLE` or `deputy:ROLE` of a channel of short messages or e-mail with"
        " `recipients: register`",
    ),
    "few_approvers": (
        "needs {needed} operator(s) with a token who may approve; there are {count}",
        "name more of them, or give them a `digest` and a role",
    ),
    "silence_order": (
        "a warning would go out on nobody's authority",
        "name the written order that allows it in `order:`, or write `hold`",
    ),
    "silence_authority": (
        "only {to} may issue this: silence cannot",
        "write `on_silence: hold`",
    ),
    "ladder_order": (
        "{after} is before the step above it ({before})",
        "put the steps in the order in which they are taken",
    ),
    # the authority, and another's warnings
    "authority_to": (
        "this site may only {authority}, and who issues is not said",
        "name the authority in `to:`",
    ),
    "relay_from": (
        "would relay nobody's warnings",
        "name the CAP senders whose warnings are relayed in `from:`",
    ),
    "relay_nowhere": ("a relayed warning would go nowhere", "name a channel"),
    "from_idle": (
        "this site issues these warnings itself: nobody's are taken in their place",
        "leave it out, or write `authority: relay` or `propose`",
    ),
    "from_self": ("is this site itself", "name the agency whose warnings are meant"),
    "from_id": (
        "'{name}' is no CAP sender: it has no space, comma, < or &",
        "write it as it stands in `<sender>` of the agency's messages",
    ),
    # quiet hours
    "quiet_high": (
        "{level} is never held: orange and red concern life",
        "write `up_to: yellow` or `blue`",
    ),
    "quiet_empty": ("begins and ends at the same time", "write two different times of day"),
    # messages
    "message_empty": ("says nothing", "write `zh:` or `en:`, or both"),
    "template_place": ("does not name the place", "put in {{news}} or {{place}}"),
    "template_action": ("does not say what to do", "put in {{action}}"),
    "template_field": ("has a name in braces that there is not", "use one of: {fields}"),
    "template_braces": ("cannot be read", "write names alone in braces, like {{place}}"),
    "message_long": (
        "place and what to do do not fit into {parts} parts of '{name}' (area '{area}')",
        "shorten the template, or allow more `parts:` there",
    ),
    "levels_of_all_clear": (
        "the end of a warning has no level",
        "take `levels:` out, or `all_clear:`",
    ),
}
