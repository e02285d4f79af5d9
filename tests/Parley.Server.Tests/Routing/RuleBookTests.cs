using System.Text;
using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Routing;
using Xunit;

namespace Parley.Server.Tests.Routing;

public sealed class RuleBookTests
{
    [Theory]
    [InlineData("""{"types": ["question"]}""", true)]
    [InlineData("""{"types": ["task_*", "quest*"]}""", true)]
    [InlineData("""{"types": ["questions"]}""", false)]
    [InlineData("""{"senders": ["ada"]}""", true)]
    [InlineData("""{"senders": ["role:lead", "bob"]}""", true)]
    [InlineData("""{"senders": ["lead"]}""", false)]
    [InlineData("""{"to": ["cyd", "capability:review"]}""", true)]
    [InlineData("""{"to": ["review"]}""", false)]
    [InlineData("""{"words": ["MIGRATION"]}""", true)]
    [InlineData("""{"words": ["größe"]}""", true)]
    [InlineData("""{"words": ["nothing", "db_2"]}""", true)]
    [InlineData("""{"words": ["db"]}""", false)]
    [InlineData("""{"words": ["migrations"]}""", false)]
    [InlineData("""{"pattern": "^Is .*\"safe\""}""", true)]
    [InlineData("""{"pattern": "(?i)MIGRATION"}""", true)]
    [InlineData("""{"pattern": "MIGRATION"}""", false)]
    [InlineData("""{"pattern": "\\?$"}""", true)]
    [InlineData("""{"metadata": {"env": "production"}}""", true)]
    [InlineData("""{"metadata": {"env": "production", "tries": 1.0, "tags": ["a", {"b": null}]}}""", true)]
    [InlineData("""{"metadata": {"env": "Production"}}""", false)]
    [InlineData("""{"metadata": {"tries": "1"}}""", false)]
    [InlineData("""{"metadata": {"absent": null}}""", false)]
    [InlineData("""{}""", true)]
    [InlineData("""{"types": ["question"], "words": ["nothing"]}""", false)]
    [InlineData("""{"types": ["question"], "senders": ["ada"], "to": ["capability:review"], "words": ["safe"], "pattern": "db_[0-9]", "metadata": {"tries": 1}}""", true)]
    public void A_rule_applies_if_all_of_its_conditions_hold(string when, bool matches)
    {
        var book = Book($$"""[{"name": "r", "when": {{when}}, "priority": 3}]""");

        Assert.Equal(matches, book.Evaluate(Message()) is not null);
        Assert.Equal(matches, Assert.Single(book.Explain(Message())).Unmet == RuleCondition.None);
    }

    [Fact]
    public void A_message_without_content_and_metadata_has_no_words_and_no_fields()
    {
        var bare = new RuledMessage("question", "ada", null, ["bob"], default, default);

        Assert.Null(Book("""[{"name": "r", "when": {"words": ["a"]}, "priority": 3}]""").Evaluate(bare));
        Assert.Null(Book("""[{"name": "r", "when": {"metadata": {"a": 1}}, "priority": 3}]""").Evaluate(bare));
        Assert.Null(Book("""[{"name": "r", "when": {"pattern": "."}, "priority": 3}]""").Evaluate(bare));
    }

    [Fact]
    public void All_rules_that_match_apply_until_one_stops()
    {
        var effect = Book(
            """
            [{"name": "a", "priority": 3, "metadata": {"x": 1, "env": "staging"}},
             {"name": "b", "when": {"types": ["other"]}, "to": "nobody"},
             {"name": "c", "to": ["bob", "cyd"], "priority": 4},
             {"name": "d", "to": "dan", "metadata": {"x": 2, "y": "ü"}, "stop": true},
             {"name": "e", "priority": 1, "metadata": {"z": 3}}]
            """).Evaluate(Message())!;

        Assert.Equal(["a", "c", "d"], effect.Rules.Select(rule => rule.Name));
        Assert.Equal(["bob", "cyd"], effect.Mover!.To);
        Assert.Equal(Priority.Critical, effect.Priority);
        Assert.Equal(
            """{"tries":1,"tags":["a",{"b":null}],"x":1,"env":"staging","y":"ü"}""", Encoding.UTF8.GetString(effect.Metadata(Message().Metadata)));
    }

    [Fact]
    public void The_explanation_names_the_condition_that_does_not_hold_and_what_came_after_a_stop()
    {
        var verdicts = Book(
            """
            [{"name": "a", "when": {"types": ["other"], "words": ["nothing"]}, "priority": 3},
             {"name": "b", "when": {"words": ["nothing"]}, "priority": 3},
             {"name": "c", "stop": true}, {"name": "d", "priority": 3}]
            """).Explain(Message());

        Assert.Equal([RuleCondition.Types, RuleCondition.Words, RuleCondition.None, null], verdicts.Select(verdict => verdict.Unmet));
    }

    [Fact]
    public void Many_expressions_find_what_each_finds_alone()
    {
        var book = Book(string.Concat(
            "[", string.Join(',', Enumerable.Range(0, 100).Select(i => $$"""{"name": "r{{i}}", "when": {"pattern": "(?i)word{{i}}$"}, "priority": 3}""")), "]"));

        Assert.NotNull(book.AnyPattern);
        Assert.Null(book.Evaluate(Message("word1 is not at the end")));
        Assert.Equal(["r7"], book.Evaluate(Message("it ends with WORD7"))!.Rules.Select(rule => rule.Name));
    }

    [Fact]
    public void Only_the_first_16384_characters_are_looked_at()
    {
        var book = Book("""[{"name": "r", "when": {"words": ["needle"]}, "priority": 3}]""");

        Assert.NotNull(book.Evaluate(Message(new string(' ', RuleReading.LongestLook - 6) + "needle")));
        Assert.Null(book.Evaluate(Message(new string(' ', RuleReading.LongestLook) + "needle")));
    }

    [Theory]
    [InlineData("""[{"priority": 3}]""", "rules[0].name")]
    [InlineData("""[{"name": "a b", "priority": 3}]""", "rules[0].name")]
    [InlineData("""[{"name": "a", "priority": 3}, {"name": "a", "priority": 3}]""", "rules[1].name")]
    [InlineData("""[{"name": "a"}]""", "rules[0]")]
    [InlineData("""[null]""", "rules[0]")]
    [InlineData("""[{"name": "a", "priority": 9}]""", "rules[0].priority")]
    [InlineData("""[{"name": "a", "to": []}]""", "rules[0].to")]
    [InlineData("""[{"name": "a", "to": "squad:"}]""", "rules[0].to[0]")]
    [InlineData("""[{"name": "a", "to": "a\nb"}]""", "rules[0].to[0]")]
    [InlineData("""[{"name": "a", "metadata": 1, "stop": true}]""", "rules[0].metadata")]
    [InlineData("""[{"name": "a", "metadata": {"a\tb": 1}}]""", "rules[0].metadata")]
    [InlineData("""[{"name": "a", "stop": true, "when": {"types": []}}]""", "rules[0].when.types")]
    [InlineData("""[{"name": "a", "stop": true, "when": {"words": ["two words"]}}]""", "rules[0].when.words[0]")]
    [InlineData("""[{"name": "a", "stop": true, "when": {"pattern": "("}}]""", "rules[0].when.pattern")]
    [InlineData("""[{"name": "a", "stop": true, "when": {"pattern": "(a)\\1"}}]""", "rules[0].when.pattern")]
    [InlineData("""[{"name": "a", "stop": true, "when": {"metadata": []}}]""", "rules[0].when.metadata")]
    [InlineData("""[{"name": "a", "stop": true, "when": {"senders": [""]}}]""", "rules[0].when.senders[0]")]
    public void What_is_wrong_is_named_with_its_place(string rules, string field) =>
        Assert.Equal([field], RuleChanges.Check(new RoutingRulesRequest { Rules = Read(rules) })!.Errors!.Keys);

    private static RuleBook Book(string rules)
    {
        Assert.Null(RuleChanges.Check(new RoutingRulesRequest { Rules = Read(rules) })?.Detail);
        return new RuleBook(Read(rules));
    }

    private static IReadOnlyList<RoutingRule> Read(string rules) => JsonSerializer.Deserialize($$"""{"rules": {{rules}}}""", WireJson.Strict.RoutingRulesRequest)!.Rules!;

    private static RuledMessage Message(string content = "Is the Migration of db_2 \"safe\"?\nGröße: 3?") => new(
        "question", "ada", "lead", ["capability:review"], JsonSerializer.SerializeToUtf8Bytes(content, WireJson.Lenient.String),
        Encoding.UTF8.GetBytes("""{"env":"production","tries":1,"tags":["a",{"b":null}]}"""));
}
