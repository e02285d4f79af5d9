using FsCheck;
using FsCheck.Fluent;
using Parley.Server.History;
using Parley.Server.Tests.Harness;
using Xunit;

namespace Parley.Server.Tests.Messages;

/// <summary>The words of a text are the same whichever way they are found: the short way for ASCII, or the way for every script.</summary>
public sealed class SearchTextTests
{
    [Fact]
    public void The_fast_path_gives_the_same_words()
    {
        var letters = Gen.Elements("abzAZ09 ._-/\n\t'{}".ToCharArray());
        var texts = Gen.OneOf(letters.ArrayOf().Select(some => new string(some)), Gen.Elements(Texts));
        GeneratedCases.Hold(500, 200, texts.ToArbitrary(), text => Assert.Equal(string.Join(' ', SearchText.Words(text)), SearchText.Joined(text)));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(" .,- ", "")]
    [InlineData("src/Mailbox.cs", "src mailbox cs")]
    [InlineData("readNextFrame HTTPServer x1", "read next frame readnextframe http server httpserver x1")]
    [InlineData("Ärger readÄhre", "arger read ahre readahre")]
    public void A_text_is_split_into_words(string text, string words) => Assert.Equal(words, SearchText.Joined(text));

    private static readonly string[] Texts =
    [
        "", "A", "aB", "AB", "ABc", new('x', 250), new string('A', 99) + "bC", "aBc" + new string('D', 300), "one\0two", "Straße 東京 readNext",
    ];
}
