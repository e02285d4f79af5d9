using FsCheck;
using FsCheck.Fluent;
using Parley.Protocol;
using Parley.Server.Reservations;
using Xunit;

namespace Parley.Server.Tests.Reservations;

/// <summary>Clashes among many reservations: the index finds the same as a look at each of them.</summary>
public sealed class ReservationIndexTests
{
    private readonly List<string> _generated = [];

    private static readonly string[] Globs =
    [
        "**", "*", "src", "src/", "src/**", "src/a", "src/a/b.cs", "src/*.cs", "src/**/*.cs", "src/a/*.c?", "**/*.cs", "docs/*.md", "docs", "a/b/c/d/e", "a/**/e", "app/[id]/page", "app/i",
    ];

    [Fact]
    public void It_finds_what_a_look_at_each_finds()
    {
        var index = new ReservationIndex(ignoresCase: false);
        var all = Globs.Select((text, number) => Of(number + 1, text)).ToList();
        index.Add(all, Globs.Length);

        foreach (var text in Globs)
        {
            var glob = GlobCases.Glob(text);
            Assert.Equal(
                all.Where(one => one.Globs[0].Common(glob) is not null).Select(one => one.Made),
                index.Clashing("other", ReservationMode.Exclusive, [glob]).Select(clash => clash.Held.Made));
        }
    }

    [Fact]
    public void It_finds_what_a_look_at_each_finds_among_generated_ones() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(1_000),
        Prop.ForAll(GlobCases.Globs, GlobCases.Globs, (first, second) =>
        {
            _generated.AddRange(new[] { first, second }.Select(steps => GlobCases.Text(steps, isFolder: false)).OfType<string>());
            if (_generated.Count < 40)
                return;
            var index = new ReservationIndex(ignoresCase: false);
            var all = _generated.Select((text, number) => Of(number + 1, text)).ToList();
            index.Add(all, all.Count);
            foreach (var text in _generated.Distinct(StringComparer.Ordinal))
            {
                var glob = GlobCases.Glob(text);
                var expected = all.Where(one => one.Globs[0].Common(glob) is not null).Select(one => one.Made).ToList();
                Assert.Equal(expected, Made(index.Clashing("other", ReservationMode.Exclusive, [glob])));
                Assert.Equal(expected.Take(3), Made(index.Clashing("other", ReservationMode.Exclusive, [glob], most: 3)));
            }

            _generated.Clear();
        }));

    [Fact]
    public void What_is_removed_is_found_no_more_and_the_rest_still_is()
    {
        var index = new ReservationIndex(ignoresCase: false);
        var all = Globs.Select((text, number) => Of(number + 1, text)).ToList();
        index.Add(all, Globs.Length);
        while (all.Count > 0)
        {
            index.Remove(all[^1].Id);
            all.RemoveAt(all.Count - 1);
            Assert.Equal(all.Select(one => one.Made), index.Clashing("other", ReservationMode.Exclusive, [GlobCases.Glob("**")]).Select(clash => clash.Held.Made));
        }
    }

    [Fact]
    public void It_leaves_out_the_agents_own_those_that_share_and_those_of_another_time()
    {
        var index = new ReservationIndex(ignoresCase: false);
        index.Add([Of(1, "src"), Of(2, "src") with { AgentId = "me" }, Of(3, "src") with { Mode = ReservationMode.Shared }, Of(4, "src")], 4);
        var glob = GlobCases.Glob("src/a");

        Assert.Equal([1, 3, 4], Made(index.Clashing("me", ReservationMode.Exclusive, [glob])));
        Assert.Equal([1, 4], Made(index.Clashing("me", ReservationMode.Shared, [glob])));
        Assert.Equal([1], Made(index.Clashing("me", ReservationMode.Exclusive, [glob], below: 3)));
        Assert.Equal([4], Made(index.Clashing("me", ReservationMode.Exclusive, [glob], above: 3)));
    }

    [Fact]
    public void What_is_added_twice_is_found_once()
    {
        var index = new ReservationIndex(ignoresCase: false);
        var one = Of(1, "app/[id]/page");
        index.Add([one], 1);
        index.Add([one], 1);
        Assert.Single(index.Clashing("other", ReservationMode.Exclusive, [GlobCases.Glob("app"), GlobCases.Glob("**")]));
    }

    private static Indexed Of(long made, string glob) => new(Guid.NewGuid(), made, $"agent-{made}", ReservationMode.Exclusive, [GlobCases.Glob(glob)]);

    private static IEnumerable<long> Made(IReadOnlyList<(Indexed Held, int PathIndex, PathGlob Glob)> clashes) => clashes.Select(clash => clash.Held.Made);
}
