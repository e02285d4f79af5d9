using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Wire;
using Xunit;

namespace Parley.Server.Tests.Rest;

public sealed class QueryTests
{
    [Fact]
    public void An_absent_value_reads_as_the_default()
    {
        var (filter, problem) = Read("");

        Assert.Null(problem);
        Assert.Equal(new ListQuery(50, null), filter.Page);
        Assert.Empty(filter.Types);
        Assert.Null(filter.Status);
        Assert.Null(filter.Since);
    }

    [Fact]
    public void Every_kind_of_value_is_read()
    {
        var (filter, problem) = Read("?limit=500&after=x1&type=question,answer&type=text&priority=3,4&status=busy&since=2026-01-22T14:56:52.5%2B01:00&wait=1.5&paused=true&metadata.team=red");

        Assert.Null(problem);
        Assert.Equal(new ListQuery(500, "x1"), filter.Page);
        Assert.Equal(["question", "answer", "text"], filter.Types);
        Assert.Equal([3, 4], filter.Priorities);
        Assert.Equal(AgentStatus.Busy, filter.Status);
        Assert.Equal(new DateTimeOffset(2026, 1, 22, 13, 56, 52, 500, TimeSpan.Zero), filter.Since);
        Assert.Equal(TimeSpan.FromSeconds(1.5), filter.Wait);
        Assert.True(filter.Paused);
        Assert.Equal("red", filter.Metadata["team"]);
    }

    [Theory]
    [InlineData("?limt=5", "limt", "did you mean 'limit'?")]
    [InlineData("?limit=0", "limit", "expected a whole number from 1 to 500")]
    [InlineData("?limit=501", "limit", "expected a whole number from 1 to 500")]
    [InlineData("?limit=1.5", "limit", "expected a whole number")]
    [InlineData("?limit=99999999999999999999", "limit", "expected a whole number")]
    [InlineData("?limit=", "limit", "is empty")]
    [InlineData("?limit=5&limit=6", "limit", "is given more than once")]
    [InlineData("?priority=3,9", "priority", "'9'; expected whole numbers from 1 to 4")]
    [InlineData("?priority=3,", "priority", "is empty")]
    [InlineData("?status=Busy", "status", "expected one of offline, online, busy, error")]
    [InlineData("?status=2", "status", "expected one of offline, online, busy, error")]
    [InlineData("?since=2026-01-22T13:56:52", "since", "expected a time with its offset")]
    [InlineData("?since=yesterday", "since", "expected a time with its offset")]
    [InlineData("?wait=61", "wait", "expected seconds from 0 to 60")]
    [InlineData("?wait=NaN", "wait", "expected seconds")]
    [InlineData("?wait=-1", "wait", "expected seconds")]
    [InlineData("?paused=yes", "paused", "expected true, false, 1 or 0")]
    [InlineData("?after=%00", "after", "NUL")]
    [InlineData("?metadata.=x", "metadata.", "is not a query parameter here")]
    public void A_bad_value_is_refused_naming_the_parameter(string query, string name, string reason)
    {
        var (_, problem) = Read(query);

        Assert.Contains(reason, string.Join("; ", problem!.Errors![name]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("true", true)]
    [InlineData("1", true)]
    [InlineData("false", false)]
    [InlineData("0", false)]
    public void A_flag_is_a_word_or_a_digit(string text, bool expected)
    {
        var (filter, problem) = Read($"?paused={text}");

        Assert.Null(problem);
        Assert.Equal(expected, filter.Paused);
    }

    [Fact]
    public void An_unencoded_plus_is_still_an_offset()
    {
        var (filter, problem) = Read("?since=2026-01-22T14:56:52+01:00");

        Assert.Null(problem);
        Assert.Equal(new DateTimeOffset(2026, 1, 22, 13, 56, 52, TimeSpan.Zero), filter.Since);
    }

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var (_, problem) = Read("?limit=x&status=y&foo=z");

        Assert.Equal(["limit", "status", "foo"], problem!.Errors!.Keys);
    }

    [Fact]
    public void The_documentation_knows_the_parameters_that_are_read()
    {
        var described = Input.Query<Filter>().Shape.Query!;

        Assert.Equal(["limit", "after", "type", "priority", "status", "since", "wait", "paused", "metadata.KEY"], described.Select(parameter => parameter.Name));
        Assert.Equal(["offline", "online", "busy", "error"], described.Single(parameter => parameter.Name == "status").Words);
    }

    private static (Filter Filter, ApiProblem? Problem) Read(string query)
    {
        var reader = new QueryReader(new QueryCollection(QueryHelpers.ParseQuery(query)));
        var filter = Filter.Read(reader);
        return (filter, reader.Finish());
    }

    private sealed record Filter(
        ListQuery Page, IReadOnlyList<string> Types, IReadOnlyList<int> Priorities, AgentStatus? Status, DateTimeOffset? Since, TimeSpan? Wait,
        bool? Paused, IReadOnlyDictionary<string, string> Metadata) : IQuery<Filter>
    {
        public static Filter Read(QueryReader query) => new(
            query.List(), query.Texts("type"), query.Ints("priority", 1, 4), query.Word<AgentStatus>("status"), query.Time("since"),
            query.Seconds("wait", 0, 60), query.Flag("paused"), query.Keyed("metadata"));
    }
}
