import pickle

from flows.policy.errors import TransientError, WinnowError


def test_the_text_of_an_error_names_what_is_wrong_and_what_to_do():
    assert str(WinnowError("the gate refused", remedy="mend it")) == "the gate refused → mend it"


def test_an_error_comes_whole_out_of_another_process():
    error = pickle.loads(pickle.dumps(TransientError("busy", remedy="wait", exit_code=2)))
    assert type(error) is TransientError
    assert (error.message, error.remedy, error.exit_code) == ("busy", "wait", 2)
