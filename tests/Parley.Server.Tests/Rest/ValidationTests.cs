using System.Text.Json;
using Parley.Protocol;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Rest;

public sealed class ValidationTests
{
    [Theory]
    [InlineData("be-1", true)]
    [InlineData("A.b_c-9", true)]
    [InlineData("humane", true)]
    [InlineData("human", false)]
    [InlineData("Human", false)]
    [InlineData("online", false)]
    [InlineData("register", false)]
    [InlineData("", false)]
    [InlineData(".", false)]
    [InlineData("..", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    [InlineData("a\n", false)]
    public void An_agents_id_has_only_allowed_characters_and_is_not_a_reserved_word(string id, bool isGood) =>
        Assert.Equal(isGood, new Validation().AgentId("agent_id", id).IsGood);

    [Fact]
    public void Ids_have_their_lengths()
    {
        Assert.True(new Validation().AgentId("a", new string('a', 255)).ProjectId("p", new string('p', 64)).MessageType("t", new string('t', 50)).IsGood);
        Assert.Equal(
            ["a", "p", "t"],
            new Validation().AgentId("a", new string('a', 256)).ProjectId("p", new string('p', 65)).MessageType("t", new string('t', 51)).Problem!.Errors!.Keys);
    }

    [Theory]
    [InlineData("task_assignment", true)]
    [InlineData("a.b-c", true)]
    [InlineData("Task", false)]
    [InlineData("a b", false)]
    public void A_message_type_is_in_lower_case(string type, bool isGood) =>
        Assert.Equal(isGood, new Validation().MessageType("message_type", type).IsGood);

    [Theory]
    [InlineData("Project Manager", true)]
    [InlineData("Пётр 李 😀", true)]
    [InlineData("عربي", true)]
    [InlineData(" ", false)]
    [InlineData("a\nb", false)]
    [InlineData("a\u0007b", false)]
    [InlineData("a\u202Eb", false)]
    [InlineData("a\u2066b", false)]
    [InlineData("a\u200Fb", false)]
    [InlineData("a\u2028b", false)]
    [InlineData("a\u200Bb", false)] // zero-width space
    [InlineData("a\uFEFFb", false)] // byte order mark
    [InlineData("a\u00ADb", false)] // soft hyphen
    [InlineData("a\u3164b", false)] // Hangul filler
    [InlineData("a\u2800b", false)] // Braille blank
    [InlineData("a\U000E0041b", false)] // a tag
    [InlineData("a\uDB40\uDD00b", false)] // a variation selector that can hide data
    [InlineData("a\u200Db", false)] // a joiner that joins nothing
    [InlineData("\u200D", false)]
    [InlineData("👩\u200D💻", true)]
    [InlineData("می\u200Cخواهم", true)]
    [InlineData("❤\uFE0F", true)]
    public void A_display_name_is_one_line_that_reorders_nothing_around_it(string name, bool isGood) =>
        Assert.Equal(isGood, new Validation().DisplayText("name", name).IsGood);

    [Theory]
    [InlineData("Parley")]
    [InlineData("SYSTEM")]
    [InlineData("Operator")]
    [InlineData("par1ey")]
    [InlineData("0perator")]
    [InlineData("hurnan")]
    [InlineData("p-a-r-l-e-y")]
    [InlineData("P\u0430rley")] // a Cyrillic a
    [InlineData("Syst\u0435m")]
    [InlineData("Öpérator")]
    [InlineData("Ｐａｒｌｅｙ")] // full-width letters
    public void Names_that_look_like_Parley_or_its_people_are_reserved(string name)
    {
        Assert.Contains("reserved", Assert.Single(new Validation().Name("name", name).Problem!.Errors!["name"]), StringComparison.Ordinal);
        if (name.All(char.IsAscii))
            Assert.Contains("reserved", Assert.Single(new Validation().AgentId("agent_id", name).Problem!.Errors!["agent_id"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("System Architect")]
    [InlineData("parley-tester")]
    [InlineData("operator-2")]
    [InlineData("humanist")]
    [InlineData("Charley")]
    [InlineData("李")]
    public void A_name_that_only_contains_such_a_word_is_allowed(string name) => Assert.True(new Validation().Name("name", name).IsGood);

    [Theory]
    [InlineData("human")]
    [InlineData("online")]
    [InlineData("recent")]
    [InlineData("Register")]
    public void A_word_that_paths_use_is_not_an_id(string id) => Assert.False(new Validation().AgentId("agent_id", id).IsGood);

    [Fact]
    public void Lengths_count_characters_as_people_do() =>
        Assert.True(new Validation().DisplayText("name", string.Concat(Enumerable.Repeat("😀", 200)), longest: 200).IsGood);

    [Theory]
    [InlineData("0199e1c2-8d3f-7a51-9c0e-5b1f0d6a7e42", true)]
    [InlineData("0199e1c28d3f7a519c0e5b1f0d6a7e42", false)]
    [InlineData("0199E1C2-8D3F-7A51-9C0E-5B1F0D6A7E42", false)]
    [InlineData("{0199e1c2-8d3f-7a51-9c0e-5b1f0d6a7e42}", false)]
    public void An_id_created_by_the_server_has_one_spelling(string id, bool isGood) => Assert.Equal(isGood, new Validation().Uuid("reply_to", id).IsGood);

    [Fact]
    public void An_undefined_priority_is_refused()
    {
        Assert.True(new Validation().Defined<Priority>("priority", Priority.High).IsGood);
        Assert.Equal("is 7; expected one of 1, 2, 3, 4", Assert.Single(new Validation().Defined<Priority>("priority", (Priority)7).Problem!.Errors!["priority"]));
        Assert.Equal("priority[1]", Assert.Single(new Validation().Defined("priority", [Priority.Low, default]).Problem!.Errors!.Keys));
    }

    [Fact]
    public void All_reasons_are_collected_by_field()
    {
        var problem = new Validation()
            .Required("kind", null)
            .Range("lease_seconds", (int?)0, 1, 3600)
            .Object("metadata", JsonDocument.Parse("[]").RootElement)
            .Items("items", Array.Empty<string>(), 1000)
            .Check(false, "kind", "is odd")
            .Problem!;

        Assert.Equal(["kind", "lease_seconds", "metadata", "items"], problem.Errors!.Keys);
        Assert.Equal(["is missing", "is odd"], problem.Errors["kind"]);
        Assert.Equal("kind: is missing (and 4 more).", problem.Detail);
    }

    [Theory]
    [InlineData("Backend Developer", "Backend-Developer")]
    [InlineData("  Hello,  Wörld! ", "Hello-W-rld")]
    [InlineData("be.1_x", "be.1_x")]
    [InlineData("李", null)]
    [InlineData("..", null)]
    public void An_id_is_derived_from_a_name(string name, string? id) => Assert.Equal(id, WireNames.ToId(name, 255));
}
