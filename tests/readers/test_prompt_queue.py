"""Prompts typed while the agent runs land once, wherever the client wrote them."""


def test_a_removed_prompt_that_nothing_repeats_lands_from_the_queue(transcript):
    reading = transcript.queue("enqueue", "Also the docs.").queue("remove").read()
    assert reading.prompt_texts == ["Also the docs."]
    assert (reading.tally.lines_landed, reading.tally.lines_not_event) == (1, 1)


def test_a_queued_prompt_has_the_instant_at_which_it_was_typed(transcript):
    transcript.user("Go.").queue("enqueue", "Also the docs.").reply().queue("remove")
    first, _, queued = transcript.read().events
    assert queued.event_at - first.event_at == 1_000_000


def test_a_dequeued_prompt_lands_as_its_user_record(transcript):
    transcript.queue("enqueue", "Next task.").queue("dequeue").user("Next task.")
    reading = transcript.read()
    assert reading.prompt_texts == ["Next task."]
    assert (reading.tally.lines_landed, reading.tally.lines_not_event) == (1, 2)


def test_prompts_that_were_dequeued_into_one_record_land_once(transcript):
    transcript.queue("enqueue", "One.").queue("enqueue", "Two.")
    reading = transcript.queue("dequeue").queue("dequeue").user("One.\nTwo.").read()
    assert reading.prompt_texts == ["One.\nTwo."]


def test_a_prompt_delivered_as_attachment_lands_once(transcript):
    delivered = {"type": "queued_command", "commandMode": "prompt", "prompt": "And now?"}
    before = transcript.queue("enqueue", "And now?").attachment(**delivered).queue("remove").read()
    assert before.prompt_texts == ["And now?"]


def test_a_prompt_removed_before_its_attachment_lands_once(transcript):
    delivered = {"type": "queued_command", "commandMode": "prompt", "prompt": "And now?"}
    transcript.queue("enqueue", "And now?").queue("remove", "And now?").attachment(**delivered)
    assert transcript.read().prompt_texts == ["And now?"]


def test_the_same_words_typed_twice_land_twice(transcript):
    for _ in range(2):
        transcript.queue("enqueue", "Continue.").queue("remove")
    reading = transcript.read()
    assert reading.prompt_texts == ["Continue.", "Continue."]
    assert len({event.event_key for event in reading.events}) == 2


def test_twice_the_same_words_in_one_millisecond_have_two_keys(transcript, read_bytes):
    line = transcript.queue("enqueue", "Continue.").lines[0]
    reading = read_bytes(line * 2)
    assert len({event.event_key for event in reading.events}) == 2


def test_a_delivered_prompt_keeps_its_place_in_the_queue(transcript):
    delivered = {"type": "queued_command", "commandMode": "prompt", "prompt": "One."}
    transcript.queue("enqueue", "One.").queue("enqueue", "Two.").attachment(**delivered)
    reading = transcript.queue("remove").queue("dequeue").user("Two.").read()
    assert sorted(reading.prompt_texts) == ["One.", "Two."]


def test_a_prompt_pulled_back_for_editing_was_not_sent(transcript):
    transcript.queue("enqueue", "Hm.").queue("popAll", "Hm.").user("Better words.")
    assert transcript.read().prompt_texts == ["Better words."]


def test_a_prompt_still_in_the_queue_lands(transcript):
    assert transcript.user("Go.").queue("enqueue", "Wait.").read().prompt_texts == ["Go.", "Wait."]


def test_a_task_notification_in_the_queue_is_no_prompt_but_takes_a_place(transcript):
    transcript.queue("enqueue", "<task-notification>x</task-notification>")
    transcript.queue("enqueue", "Faster, please.").queue("dequeue").queue("remove")
    assert transcript.read().prompt_texts == ["Faster, please."]


def test_a_slash_command_in_the_queue_lands_as_its_record(transcript):
    transcript.queue("enqueue", "/review the parser").queue("remove")
    transcript.user("<command-name>/review</command-name>\n<command-args>the parser</command-args>")
    assert [(e.kind, e.raw__text) for e in transcript.read().events] == [("command", "the parser")]


def test_a_slash_command_that_exists_in_the_queue_only_is_a_command(transcript):
    event = transcript.queue("enqueue", "/compact keep the plan").queue("remove").read().events[0]
    assert (event.kind, event.raw__text) == ("command", "keep the plan")


def test_a_path_at_the_start_of_words_is_no_command(transcript):
    reading = transcript.queue("enqueue", "/etc/hosts is wrong").queue("remove").read()
    assert reading.prompt_texts == ["/etc/hosts is wrong"]


def test_other_attachments_are_no_events(transcript):
    task = {"type": "queued_command", "commandMode": "task-notification", "prompt": "done"}
    hook = {"type": "hook_success", "content": "words", "command": "check"}
    assert transcript.attachment(**task).attachment(**hook).read().events == []


def test_an_attachment_with_an_image_and_words_is_a_prompt(transcript):
    prompt = [{"type": "image", "source": {}}, {"type": "text", "text": "Like so."}]
    transcript.attachment(type="queued_command", commandMode="prompt", prompt=prompt)
    assert transcript.read().prompt_texts == ["Like so."]


def test_sessions_in_one_file_have_queues_of_their_own(new_transcript, read_bytes):
    one, two = new_transcript("session-1"), new_transcript("session-2")
    one.queue("enqueue", "One.")
    two.queue("enqueue", "Two.").queue("dequeue").user("Two.")
    assert sorted(read_bytes(one.bytes() + two.bytes()).prompt_texts) == ["One.", "Two."]


def test_a_flood_of_queued_prompts_lands_whole(transcript):
    for number in range(600):
        transcript.queue("enqueue", f"Prompt {number}.")
    reading = transcript.read()
    assert reading.prompt_texts == [f"Prompt {number}." for number in range(600)]
    assert reading.tally.lines_landed == 600
