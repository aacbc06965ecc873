/** The data of the demo database: tables of vega-datasets, as they come. Load it when it is needed: `await import`. */
import cars from "npm:vega-datasets@2.11.0/data/cars.json" with { type: "json" };
import flights from "npm:vega-datasets@2.11.0/data/flights-2k.json" with { type: "json" };
import movies from "npm:vega-datasets@2.11.0/data/movies.json" with { type: "json" };
import penguins from "npm:vega-datasets@2.11.0/data/penguins.json" with { type: "json" };
import seattleWeather from "npm:vega-datasets@2.11.0/data/seattle-weather.csv" with { type: "text" };

export { cars, flights, movies, penguins, seattleWeather };
