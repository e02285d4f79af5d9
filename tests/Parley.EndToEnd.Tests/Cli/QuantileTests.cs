using Parley.Cli.Bench;
using Xunit;

namespace Parley.EndToEnd.Tests.Cli;

public sealed class QuantileTests
{
    [Theory]
    [InlineData(new[] { 5.0 }, 5)]
    [InlineData(new[] { 3.0, 1.0, 2.0 }, 2)]
    [InlineData(new[] { 4.0, 1.0, 3.0, 2.0 }, 2.5)]
    [InlineData(new[] { 1.0, 1.0, 100.0 }, 1)]
    public void The_median_is_the_middle_one_or_between_the_two(double[] values, double median) => Assert.Equal(median, Quantile.Median(values));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.01, 1)]
    [InlineData(0.5, 50)]
    [InlineData(0.505, 51)]
    [InlineData(0.99, 99)]
    [InlineData(0.991, 100)]
    [InlineData(1, 100)]
    public void A_quantile_is_the_smallest_value_that_this_share_does_not_exceed(double share, double expected) =>
        Assert.Equal(expected, Quantile.Of(Enumerable.Range(1, 100).Reverse().Select(value => (double)value), share));

    [Fact]
    public void Every_quantile_of_a_single_value_is_that_value() =>
        Assert.All([0, 0.5, 0.99, 1], share => Assert.Equal(7, Quantile.Of([7], share)));
}
