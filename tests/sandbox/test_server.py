def test_it_knows_its_account(sandbox):
    assert sandbox.client("sts").get_caller_identity()["Account"] == "123456789012"
