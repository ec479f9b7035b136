"""Finds the chat format of a template by what it writes: an entry for src/multistate/text/chat_formats.json."""

import datetime
import json
import re

from chat_templates import depends_on_the_date, write

PADS = ("\n\n\n \n", "\t ")
CORES = {"system": "Sss", "user": "Uuu", "assistant": "Aaa", "next": "Vvv"}
BOS, EOS, DATE = "\ue000", "\ue001", "\ue002"  # Stand for "{bos}", "{eos}" and "{date}", which have letters in common.
DAY = (2026, 1, 2)
DATE_FORMS = ["%B %d, %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d"]
STARTS = [BOS, "[gMASK]<sop>", "<|startoftext|>"]
ENDS = ["<|im_end|>\n", "<|im_end|>", "<|eot_id|>", "<|end|>\n", "<|end|>", "<end_of_turn>\n", "<|end_of_text|>\n",
        EOS + "\n", EOS, "<|end_of_turn|>"]
END_TOKEN = re.compile(r"\s*(\ue001|<[^<>\s]+>|\[\|?\w+\|?\])")


class NoFormat(Exception):
    """The template writes what no entry can say; the message says what."""


def message(role, core=None):
    return {"role": role, "content": PADS[0] + (core or CORES[role]) + PADS[1]}


def _find(text, core):
    """Where the message begins and ends, and whether it was trimmed: False, True, "right" or "lines" (at its beginning)."""
    if text.count(core) != 1:
        raise NoFormat(f"the message {core} is written {text.count(core)} times")
    at = text.find(core)
    full = PADS[0] + core + PADS[1]
    begin = at - len(PADS[0])
    if text[begin:begin + len(full)] == full:
        return begin, begin + len(full), False
    if text[:at].endswith(PADS[0]) and not text[at + len(core):].startswith(PADS[1][0]):
        return begin, at + len(core), "right"
    without_lines = PADS[0].lstrip("\n")
    if text[:at].endswith(without_lines) and text[at + len(core):].startswith(PADS[1]):
        return at - len(without_lines), at + len(core) + len(PADS[1]), "lines"
    if text[:at].endswith(PADS[0]) or text[at + len(core):].startswith(PADS[1]):
        raise NoFormat(f"the message {core} is trimmed on one side")
    return at, at + len(core), True


def _split(text, *cores):
    """The parts between the messages, and which of these were trimmed."""
    if isinstance(text, dict):
        raise NoFormat(f"error: {text['error']}")
    parts, trimmed, at = [], [], 0
    for core in cores:
        begin, end, cut = _find(text, core)
        if begin < at:
            raise NoFormat("the messages are in another order")
        parts.append(text[at:begin])
        trimmed.append(cut)
        at = end
    return parts + [text[at:]], trimmed


def _common_start(a, b):
    size = 0
    while size < min(len(a), len(b)) and a[size] == b[size]:
        size += 1
    return a[:size]


def _common_end(a, b):
    return _common_start(a[::-1], b[::-1])[::-1]


def _whole_markers(text):
    begin = text.rfind("<")
    return text[:begin] if begin >= 0 and ">" not in text[begin:] else text


def proposal(template):
    """The entry of a format, with "system_message" as of an entry of a template."""
    text = json.dumps(_proposal(template), ensure_ascii=False)
    return json.loads(text.replace(BOS, "{bos}").replace(EOS, "{eos}").replace(DATE, "{date}"))


def _run(template, day, *messages):
    text = write(template, messages, day)
    return text if isinstance(text, dict) else text.replace("{bos}", BOS).replace("{eos}", EOS)


def _date(template, user):
    """The entry "date": how the template writes it, and its own where there is no clock."""
    text = _run(template, DAY, user)
    form = next((one for one in DATE_FORMS if datetime.date(*DAY).strftime(one) in text), None)
    if form is None:
        raise NoFormat("the date, in another form than " + ", ".join(DATE_FORMS))
    entry, without_clock = {"form": form}, _run(template, None, user)
    if isinstance(without_clock, str):
        before, after = text.split(datetime.date(*DAY).strftime(form))
        own = without_clock[len(before):len(without_clock) - len(after)]
        try:
            entry["without_clock"] = datetime.datetime.strptime(own, form).date().isoformat()
        except ValueError:
            raise NoFormat("without a clock it writes no date") from None
    return entry


def _proposal(template):
    user, answer, following = message("user"), message("assistant"), message("user", CORES["next"])
    entry, run = {}, lambda *messages: _run(template, DAY, *messages)
    if depends_on_the_date(template, [user]):
        entry["date"] = _date(template, user)
        written = datetime.date(*DAY).strftime(entry["date"]["form"])

        def run(*messages):
            text = _run(template, DAY, *messages)
            return text if isinstance(text, dict) else text.replace(written, DATE)

    (first, last), (user_trimmed,) = _split(run(user), CORES["user"])
    parts, trimmed = _split(run(user, answer, following), CORES["user"], CORES["assistant"], CORES["next"])
    if parts[0] != first or parts[3] != last or trimmed[0] != user_trimmed or \
            trimmed[2] != user_trimmed or "right" in trimmed:
        raise NoFormat("earlier messages change what is written around a message")
    before_user = _common_end(first, parts[2])
    start = next((one for one in STARTS if first.startswith(one) and len(one) + len(before_user) <= len(first)), "")
    after_answer = parts[2][:len(parts[2]) - len(before_user)]
    no_system = first[len(start):len(first) - len(before_user)]
    if user_trimmed == "lines":
        raise NoFormat("the message of the user loses line ends only")
    trim = ["user"] if user_trimmed else []
    trim += {True: ["assistant"], "lines": ["lines before assistant"]}.get(trimmed[1], [])
    assistant_trimmed = trimmed[1]

    system, trimmed = _system(run, start, before_user, first, parts, last)
    if trimmed[0] == "lines":
        raise NoFormat("the system message loses line ends only")
    if trimmed[0]:
        trim.append("blanks after system" if trimmed[0] == "right" else "system")
    if system["place"] == "first user" and trimmed[1] == "right" and user_trimmed:
        trim.append("system and user as one")
    elif "right" in trimmed[1:] or trimmed[1:] not in ([], [user_trimmed, assistant_trimmed, user_trimmed]):
        raise NoFormat("a system message changes how others are trimmed")
    for end in ENDS:
        if system["place"] == "own turn" and no_system and before_user.startswith(end):
            no_system, system["after"] = no_system + end, system["after"] + end
            after_answer, before_user = after_answer + end, before_user[len(end):]
            break
    middle = parts[1]
    if after_answer and middle.startswith(after_answer) and last.startswith(after_answer):
        after_user = after_answer
    else:
        after_user = _whole_markers(_common_start(middle, last))
    end = END_TOKEN.match(after_answer)
    entry |= {"start": start, "system": system, "user": [before_user, after_user],
              "assistant": [middle[len(after_user):], after_answer], "generation": last[len(after_user):],
              "trim": trim, "ends": [end[1]] if end else []}
    if no_system:
        before, after = system.get("before", ""), system.get("after", "")
        framed = no_system.startswith(before) and no_system.endswith(after) and len(no_system) >= len(before + after)
        if framed:
            entry["system_message"] = no_system[len(before):len(no_system) - len(after)]
        else:
            entry["no_system"] = no_system
    return entry


def _system(run, start, before_user, first, parts, last):
    """The entry "system", and whether the system message is trimmed, and those after it."""
    system, user = message("system"), message("user")
    text = run(system, user, message("assistant"), message("user", CORES["next"]))
    if isinstance(text, dict):
        if not isinstance(run(system, user), dict):
            raise NoFormat("a system message with a single user's message only")
        return {"place": "refused"}, [False]
    if CORES["system"] not in text:
        if text != run(user, message("assistant"), message("user", CORES["next"])):
            raise NoFormat("a system message changes what is written around others")
        return {"place": "ignored"}, [False]
    order = [CORES["system"], CORES["user"], CORES["assistant"], CORES["next"]]
    if text.find(CORES["system"]) > text.find(CORES["user"]):
        order = order[1:3] + order[:1] + order[3:]
        (head, _, before, after, tail), trimmed = _split(text, *order)
        if head != first or tail != last or not before.startswith(parts[2]):
            raise NoFormat("a system message changes what is written around others")
        return {"place": "last user", "before": before[len(parts[2]):], "after": after}, [trimmed[2]]
    (head, between, *others), trimmed = _split(text, *order)
    if others != parts[1:]:
        raise NoFormat("a system message changes what is written around others")
    if before_user and head.startswith(start + before_user):
        return {"place": "first user", "before": head[len(start + before_user):], "after": between}, trimmed
    if not head.startswith(start) or not between.endswith(before_user):
        raise NoFormat("a system message changes what is written around others")
    return {"place": "own turn", "before": head[len(start):],
            "after": between[:len(between) - len(before_user)]}, trimmed
