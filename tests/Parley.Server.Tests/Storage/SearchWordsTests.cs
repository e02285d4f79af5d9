using Parley.Server.Storage.Postgres;
using Xunit;

namespace Parley.Server.Tests.Storage;

public sealed class SearchWordsTests
{
    [Theory]
    [InlineData("Hello, hello world", "'hello':1,2 'world':3 ")]
    [InlineData("src/Parley.Server/Mailbox.cs:42", "'src':1 'parley':2 'server':3 'mailbox':4 'cs':5 '42':6 ")]
    [InlineData("it's ÉTÉ 日本語", "'it':1 's':2 'ete':3 '日':4 '本':5 '語':6 ")]
    [InlineData("readNextFrame and HTTPServer", "'read':1 'next':2 'frame':3 'readnextframe':4 'and':5 'http':6 'server':7 'httpserver':8 ")]
    [InlineData("log_cursor", "'log':1 'cursor':2 ")]
    [InlineData("用户登录API", "'用':1 '户':2 '登':3 '录':4 'api':5 ")]
    [InlineData("메시지를", "'메':1 '시':2 '지':3 '를':4 ")]
    [InlineData("हिन्दी", "'हिन्दी':1 ")]
    [InlineData("'; DROP TABLE log; --\\", "'drop':1 'table':2 'log':3 ")]
    [InlineData(" ,.!", "")]
    public void A_word_is_a_run_of_letters_and_digits_in_lower_case(string text, string vector) => Assert.Equal(vector, SearchWords.Vector(text));

    [Theory]
    [InlineData("red apple", "'red'", "'apple'")]
    [InlineData("\"Red Apple\" pie", "('red' <-> 'apple')", "'pie'")]
    [InlineData("src/Mailbox", "('src' <-> 'mailbox')")]
    [InlineData("red ' | & ! pie", "'red'", "'pie'")]
    [InlineData("readNextFrame", "'readnextframe'")]
    [InlineData("登录", "('登' <-> '录')")]
    [InlineData("é", "'e'")]
    [InlineData("\"unfinished", "'unfinished'")]
    [InlineData("... !")]
    public void Every_word_must_be_there_and_those_in_quotes_side_by_side(string text, params string[] terms) => Assert.Equal(terms, SearchWords.Terms(text));

    [Fact]
    public void Long_data_is_found_by_its_beginning_and_no_text_is_too_long()
    {
        Assert.Equal($"'{new string('a', 100)}':1 ", SearchWords.Vector(new string('A', 5_000)));
        Assert.Equal([$"'{new string('a', 100)}'"], SearchWords.Terms(new string('A', 200)));
        // A word's last place and how many of its places are kept are PostgreSQL's.
        var vector = SearchWords.Vector(string.Concat(Enumerable.Repeat("x ", 400_000)) + "beyond");
        Assert.Equal(255, vector.Split(',').Length);
        Assert.DoesNotContain("beyond", vector, StringComparison.Ordinal);
        Assert.EndsWith(":16383 ", SearchWords.Vector(string.Concat(Enumerable.Repeat("x ", 17_000)) + "end"), StringComparison.Ordinal);
    }
}
